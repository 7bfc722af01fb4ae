from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

from services.registration.rules.applications import DECIDABLE
from shared.facts.registration import BulkProposalBegun, BulkUndoBegun, DecisionReleased, ReleaseFinished
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
    tells={("frozen", "finished"): ReleaseFinished},
)

BULK: Final = machine(
    "registration.bulk_proposal",
    begins="proposing",
    moves={"proposing": "proposed undoing", "proposed": "undoing", "undoing": "undone", "undone": ""},
    tells={
        (None, "proposing"): BulkProposalBegun,
        ("proposing", "undoing"): BulkUndoBegun,
        ("proposed", "undoing"): BulkUndoBegun,
    },
)

AT_ONCE: Final = 400
"""A larger batch becomes known in parts of this size, each in a transaction of its own; so do proposals in bulk."""


def what_stands(*, proposed: str | None, released: str | None) -> str | None:
    """Return the outcome that the same proposal would repeat.

    An accept whose offer ended without a place may be made again.
    """
    return proposed or (None if released == "accept" else released)


Skipped = Literal["state", "same", "place_taken", "being_released"]
SKIPPED: Final[tuple[Skipped, ...]] = get_args(Skipped)


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
class Demand:
    """What a batch wants of one named pool."""

    name: Mapping[str, str]
    accepts: int
    left: int

    @property
    def short(self) -> int:
        """How many accepts find no place in it."""
        return max(0, self.accepts - self.left)


@dataclass(frozen=True)
class ReleasePlan:
    """What releasing a batch would do. ``short`` is how many accepts find no place in the edition."""

    counts: dict[str, int]
    by_language: dict[str, dict[str, int]]
    places_left: int
    short: int
    demands: Sequence[Demand] = ()

    @property
    def short_of(self) -> list[Demand]:
        """The named pools that have too few places."""
        return [one for one in self.demands if one.short]

    @property
    def total(self) -> int:
        """How many decisions are in the batch."""
        return sum(self.counts.values())

    @property
    def in_parts(self) -> bool:
        """Whether it becomes known part by part."""
        return self.total > AT_ONCE


def plan_release(
    proposed: Iterable[tuple[str, str]], *, places_left: int, demands: Sequence[Demand] = ()
) -> ReleasePlan:
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
        demands=demands,
    )
