from __future__ import annotations

from typing import Final

from shared.facts.notifications import PersonNotReached, PersonReached
from shared.machines import machine

UNREACHED: Final = machine(
    "notifications.unreached",
    begins="open",
    moves={"open": "reached", "reached": "open"},
    tells={(None, "open"): PersonNotReached, ("open", "reached"): PersonReached},
)
"""A mail that matters did not reach somebody; then somebody has told her in another way."""
