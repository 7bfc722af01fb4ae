"""What reviewers' scores come to: per review, per application, and with each reviewer's habit taken out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median, pstdev
from typing import Final, Literal
from uuid import UUID

Formula = Literal["mean", "normalised", "median"]
FORMULAS: Final[tuple[Formula, ...]] = ("mean", "normalised", "median")

FULL: Final = 100.0
"""The best total; the worst is 0."""
FEW: Final = 3
"""Reviewers with fewer reviews have shown no habit that could be taken out."""
FAR: Final = 25.0
"""Points between a review and the middle of its application's reviews from which somebody should look again."""


@dataclass(frozen=True)
class Criterion:
    """What is scored, from 1 to ``best``, and how much it weighs beside the others (any number above 0)."""

    key: str
    weight: float
    best: int


@dataclass(frozen=True)
class Total:
    """One review that was handed in, on the scale from 0 to 100."""

    review_id: UUID
    application_id: UUID
    reviewer_id: UUID
    points: float


@dataclass(frozen=True)
class Standing:
    """What an application's reviews come to."""

    application_id: UUID
    points: float
    """By the formula asked for, 0 to 100."""
    spread: float
    """Points between the highest and the lowest review."""
    reviews: int
    far: Sequence[UUID]
    """Reviews that lie far from the others."""


def total_of(scores: Mapping[str, int], criteria: Sequence[Criterion]) -> float | None:
    """Return the weighted mean of ``scores`` from 0 to 100, or None while a criterion is not scored."""
    if any(one.key not in scores for one in criteria) or not criteria:
        return None
    weights = sum(one.weight for one in criteria)
    reached = sum(one.weight * (scores[one.key] - 1) / (one.best - 1) for one in criteria)
    return FULL * reached / weights


def without_habits(totals: Iterable[Total]) -> list[Total]:
    """Return ``totals`` with each reviewer's habit taken out: how high she scores, and how widely.

    A review is moved to where it would lie if its reviewer had the mean and the deviation of all reviews; the result is
    kept within 0 and 100. Whoever handed in fewer than three, or gave the same to all, is moved by the mean alone, and
    below three not at all.
    """
    every = list(totals)
    if not every:
        return []
    mean, deviation = fmean(one.points for one in every), pstdev(one.points for one in every)
    by_reviewer: defaultdict[UUID, list[float]] = defaultdict(list)
    for one in every:
        by_reviewer[one.reviewer_id].append(one.points)
    habits = {
        reviewer: (fmean(points), pstdev(points)) for reviewer, points in by_reviewer.items() if len(points) >= FEW
    }
    return [_moved(one, habits.get(one.reviewer_id), mean=mean, deviation=deviation) for one in every]


def _moved(one: Total, habit: tuple[float, float] | None, *, mean: float, deviation: float) -> Total:
    if habit is None:
        return one
    own_mean, own_deviation = habit
    stretch = deviation / own_deviation if own_deviation > 0 else 1.0
    points = min(FULL, max(0.0, mean + (one.points - own_mean) * stretch))
    return Total(one.review_id, one.application_id, one.reviewer_id, points)


def standings(totals: Iterable[Total], *, formula: Formula) -> list[Standing]:
    """Return one standing per application that has a review, the highest first; ties stand in the order of their ids.

    Spread and far reviews are always those of the scores as they were given.
    """
    given: defaultdict[UUID, list[Total]] = defaultdict(list)
    counted: defaultdict[UUID, list[float]] = defaultdict(list)
    every = list(totals)
    for one in every:
        given[one.application_id].append(one)
    for one in without_habits(every) if formula == "normalised" else every:
        counted[one.application_id].append(one.points)
    result = []
    for application_id, reviews in given.items():
        points = sorted(one.points for one in reviews)
        middle = median(points)
        middling = median(counted[application_id]) if formula == "median" else fmean(sorted(counted[application_id]))
        far = sorted(one.review_id for one in reviews if abs(one.points - middle) > FAR)
        result.append(Standing(application_id, round(middling, 6), points[-1] - points[0], len(reviews), far))
    return sorted(result, key=lambda one: (-one.points, one.application_id))
