"""What notifications lets go of by the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.notifications.actions.kept_returns import prune_puzzles, prune_returned
from services.notifications.actions.rationing import prune_domain_paces
from services.notifications.actions.suppressions import prune_suppressions
from services.notifications.actions.unproved import prune_unproved_notices
from services.notifications.actions.warming import prune_relay_days
from services.notifications.actions.webhooks import prune_webhook_calls

if TYPE_CHECKING:
    from shared.pruning import Prune

PRUNES: Final[tuple[Prune, ...]] = (
    prune_unproved_notices,
    prune_returned,
    prune_puzzles,
    prune_suppressions,
    prune_webhook_calls,
    prune_relay_days,
    prune_domain_paces,
)
