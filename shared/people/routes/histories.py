from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from shared.histories import Past
from shared.web.pages.histories import Titles, lines_of
from shared.words.sentences import _l

STAFF: Final[Titles] = {
    ("role", "granted"): (_l("Role given"), "good"),
    ("role", "revoked"): (_l("Role taken away"), "warn"),
    ("staff_invitation", "sent"): (_l("Invited"), "news"),
    ("staff_invitation", "shown"): (_l("Invited"), "news"),
    ("staff_invitation", "used"): (_l("Invitation taken up"), "good"),
    ("person", "passphrase_set"): (_l("Passphrase set"), "calm"),
    ("person", "authenticator_bound"): (_l("Authenticator set up"), "calm"),
    ("person", "credentials_reset"): (_l("Passphrase and authenticator taken away"), "warn"),
    ("api_token", "made"): (_l("Token made"), "calm"),
    ("api_token", "revoked"): (_l("Token ended"), "calm"),
}


def staff_lines(steps: list[Past], *, names: Mapping[UUID, str], roles: Mapping[str, object]) -> list[dict[str, Any]]:
    """Return what happened to members of staff, with the name of whom it concerns and of the role."""
    told = [step for step in steps if (step.noun, step.after) in STAFF]
    lines = lines_of(told, STAFF)
    for step, line in zip(told, lines, strict=True):
        role = step.details.get("role")
        parts = [names.get(step.person_id, "") if step.person_id else "", str(roles.get(role, role)) if role else ""]
        line["text"] = " · ".join(part for part in parts if part)
    return lines
