from __future__ import annotations

from datetime import datetime
from typing import Final

from shared.facts.registration import (
    AddressProofRequested,
    ApplicationSubmitted,
    ApplicationWithdrawn,
    InformationRequested,
)
from shared.machines import machine

APPLICATION: Final = machine(
    "registration.application",
    begins="draft",
    moves={
        "draft": "submitted withdrawn",
        "submitted": "under_review needs_information decided withdrawn",
        "needs_information": "submitted withdrawn",
        "under_review": "submitted needs_information decided withdrawn",
        # A released reserve may still become a place, and whoever waits may stop waiting.
        "decided": "withdrawn",
        "withdrawn": "",
    },
    tells={
        (None, "draft"): AddressProofRequested,
        ("draft", "submitted"): ApplicationSubmitted,
        ("submitted", "needs_information"): InformationRequested,
        ("under_review", "needs_information"): InformationRequested,
        ("submitted", "withdrawn"): ApplicationWithdrawn,
        ("needs_information", "withdrawn"): ApplicationWithdrawn,
        ("under_review", "withdrawn"): ApplicationWithdrawn,
        ("decided", "withdrawn"): ApplicationWithdrawn,
    },
)

LIVE: Final = frozenset({"submitted", "needs_information", "under_review", "decided"})
"""States in which a person's application stands; there is at most one such per edition."""

DECIDABLE: Final = frozenset({"submitted", "under_review", "decided"})
"""States in which the desk may propose a decision; after ``decided`` it is a reversal or a promotion."""

EDITABLE: Final = frozenset({"draft", "submitted", "needs_information"})


def is_editable(*, state: str, closes_at: datetime, now: datetime) -> bool:
    """Say whether the applicant may change the answers: before the deadline and before the desk took it up.

    Who was asked for information may answer after the deadline.
    """
    if state == "needs_information":
        return True
    return state in EDITABLE and now < closes_at


def changed_fields(before: dict[str, object], after: dict[str, object]) -> dict[str, list[object]]:
    """Return ``{field: [before, after]}`` for what differs."""
    return {
        name: [before.get(name), after.get(name)]
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    }
