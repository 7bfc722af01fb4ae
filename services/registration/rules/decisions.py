from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from services.registration.rules.applications import DECIDABLE
from shared.facts.registration import DecisionReleased
from shared.machines import machine

Outcome = Literal["accept", "reserve", "decline"]
OUTCOMES: Final[tuple[Outcome, ...]] = ("accept", "reserve", "decline")

DECISION: Final = machine(
    "registration.decision",
    begins="proposed",
    moves={
        "proposed": "released replaced",
        "released": "replaced",
        "replaced": "",
    },
    tells={("proposed", "released"): DecisionReleased},
)
BATCH: Final = machine(
    "registration.decision_batch",
    begins="frozen",
    moves={"frozen": "finished recalled", "finished": "", "recalled": ""},
)

AT_ONCE: Final = 400
"""A larger batch becomes known in parts of this size, each in a transaction of its own."""

Skipped = Literal["state", "same", "place_taken", "being_released"]


def why_not_proposed(
    *, outcome: str, application_state: str, standing: str | None, has_live_offer: bool, being_released: bool = False
) -> Skipped | None:
    """Return why ``outcome`` cannot be proposed, or None when it can.

    ``standing`` is the outcome already proposed, or released and not under change. An accepted or running offer has
    to end before another decision is proposed: a place is never taken from somebody by a list action.
    """
    if application_state not in DECIDABLE:
        return "state"
    if being_released:
        return "being_released"
    if has_live_offer:
        return "place_taken"
    if standing == outcome:
        return "same"
    return None


@dataclass(frozen=True)
class ReleasePlan:
    """What releasing a batch would do. ``short`` is how many accepts find no place."""

    counts: dict[str, int]
    by_language: dict[str, dict[str, int]]
    places_left: int
    short: int

    @property
    def total(self) -> int:
        """How many decisions are in the batch."""
        return sum(self.counts.values())

    @property
    def in_parts(self) -> bool:
        """Whether it becomes known part by part."""
        return self.total > AT_ONCE


def plan_release(proposed: Iterable[tuple[str, str]], *, places_left: int) -> ReleasePlan:
    """Count ``(outcome, mail language)`` pairs against the places left; a batch that is short is not released."""
    counts: Counter[str] = Counter()
    by_language: dict[str, Counter[str]] = {}
    for outcome, language in proposed:
        counts[outcome] += 1
        by_language.setdefault(language, Counter())[outcome] += 1
    return ReleasePlan(
        counts={outcome: counts[outcome] for outcome in OUTCOMES},
        by_language={language: dict(by_language[language]) for language in sorted(by_language)},
        places_left=places_left,
        short=max(0, counts["accept"] - places_left),
    )
