"""What registration lets go of by the clock. Each kind's age stands where it is deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.registration.actions.drafts import prune_unproved
from services.registration.actions.form_drafts import prune_form_drafts
from shared.people.actions.retention import (
    prune_api_tokens,
    prune_invitations,
    prune_recovery_codes,
    prune_sessions,
    prune_sign_in_links,
)
from shared.retention import (
    prune_entries,
    prune_idempotency_keys,
    prune_kept_forms,
    prune_kept_pages,
    prune_passing_facts,
)

if TYPE_CHECKING:
    from shared.pruning import Prune

PRUNES: Final[tuple[Prune, ...]] = (
    prune_entries,
    prune_passing_facts,
    prune_kept_forms,
    prune_kept_pages,
    prune_idempotency_keys,
    prune_sign_in_links,
    prune_invitations,
    prune_recovery_codes,
    prune_sessions,
    prune_api_tokens,
    prune_unproved,
    prune_form_drafts,
)
