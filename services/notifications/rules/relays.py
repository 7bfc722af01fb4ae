"""In which order the mail servers are asked."""

from __future__ import annotations

import random
from collections.abc import Sequence

from services.notifications.settings import RelayPlan


def in_order(plans: Sequence[RelayPlan]) -> list[RelayPlan]:
    """Return the relays as one sender asks them: by priority; among equals every sender has an order of its own."""
    shuffled = random.sample(list(plans), len(plans))
    return sorted(shuffled, key=lambda plan: plan.priority)


def before(plan: RelayPlan, plans: Sequence[RelayPlan]) -> list[str]:
    """Return the names of the relays that are asked before ``plan``."""
    return [other.name for other in plans if other.priority < plan.priority]
