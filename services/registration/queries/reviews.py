"""Reads about reviews. A reviewer sees her own whole, and of the others nothing before she handed in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from services.registration.errors import ReviewUnknown
from services.registration.rules.applications import LIVE
from services.registration.rules.selection.assignment import Readable, Reader
from services.registration.rules.selection.scoring import Criterion, Total, total_of
from shared.schema.people.published import Addressable
from shared.schema.registration import Application, Review, Reviewer, Rubric


@dataclass(frozen=True)
class ReviewLine:
    """One review as the queue of its reviewer shows it."""

    id: UUID
    application_id: UUID
    name: str
    country: str
    language: str
    state: str
    scored: int
    """Criteria that have a score."""


@dataclass(frozen=True)
class HandedIn:
    """A review others may read, because they handed in theirs or never review."""

    reviewer: str
    points: float
    recommendation: str
    comment: str
    handed_in_at: datetime


@dataclass(frozen=True)
class ReviewerLine:
    """A reviewer with how far she is."""

    id: UUID
    person_id: UUID
    name: str
    languages: Sequence[str]
    left: bool
    waiting: int
    handed_in: int


def rubric_of(session: Session, *, edition_id: UUID) -> Rubric | None:
    """Return the criteria in force, if there are any."""
    return session.scalar(
        select(Rubric).where(Rubric.edition_id == edition_id).order_by(Rubric.version.desc()).limit(1)
    )


def criteria_of(rubric: Rubric) -> list[Criterion]:
    """Return the criteria as the rules weigh them."""
    return [Criterion(one["key"], float(one["weight"]), int(one["best"])) for one in rubric.criteria]


def was_scored_by(session: Session, rubric: Rubric) -> bool:
    """Say whether a review was scored by these criteria, so that they may not change any more."""
    return session.scalar(select(Review.id).where(Review.rubric_id == rubric.id).limit(1)) is not None


def my_review(
    session: Session, *, edition_id: UUID, review_id: UUID, person_id: UUID | None, lock: bool = False
) -> Review:
    """Return a review of the reviewer ``person_id``, or refuse with :class:`ReviewUnknown`."""
    statement = select(Review).where(
        Review.id == review_id, Review.edition_id == edition_id, Review.person_id == person_id
    )
    found = session.scalar(statement.with_for_update() if lock else statement)
    if found is None or found.state not in {"assigned", "handed_in"}:
        raise ReviewUnknown
    return found


def my_queue(session: Session, *, edition_id: UUID, person_id: UUID) -> list[ReviewLine]:
    """Return what the reviewer has in hand: first what waits, in the order it was assigned, then what is handed in."""
    rows = session.execute(
        select(
            Review.id, Application.id, Application.name, Application.country, Application.language, Review.state,
            Review.scores,
        )
        .join(Application, Application.id == Review.application_id)
        .where(Review.edition_id == edition_id, Review.person_id == person_id)
        .where(Review.state.in_(("assigned", "handed_in")), Application.state.in_(LIVE))
        .order_by(Review.state, Review.assigned_at, Review.id)
    )  # fmt: skip
    return [
        ReviewLine(review_id, application_id, name, country, language, state, len(scores))
        for review_id, application_id, name, country, language, state, scores in rows
    ]


def reviews_due(session: Session, *, edition_id: UUID, person_id: UUID) -> int:
    """Return how many applications wait for this reviewer."""
    return session.execute(
        select(func.count())
        .select_from(Review)
        .join(Application, Application.id == Review.application_id)
        .where(Review.edition_id == edition_id, Review.person_id == person_id, Review.state == "assigned")
        .where(Application.state.in_(LIVE))
    ).scalar_one()


def reviews_handed_in(session: Session, *, application_id: UUID, edition_id: UUID) -> list[HandedIn]:
    """Return the reviews of an application that are handed in, oldest first. Whoever asks must be allowed to see."""
    rows = session.execute(
        select(Review, Rubric, func.coalesce(Addressable.name, ""))
        .join(Rubric, Rubric.id == Review.rubric_id)
        .outerjoin(Addressable, Addressable.id == Review.person_id)
        .where(Review.application_id == application_id, Review.edition_id == edition_id, Review.state == "handed_in")
        .order_by(Review.handed_in_at, Review.id)
    )
    return [
        HandedIn(
            name,
            total_of(review.scores, criteria_of(rubric)) or 0.0,
            review.recommendation,
            review.comment,
            review.handed_in_at or review.assigned_at,
        )
        for review, rubric, name in rows
    ]


def totals(session: Session, *, edition_id: UUID) -> list[Total]:
    """Return what every review of the edition that was handed in comes to."""
    rows = session.execute(
        select(Review.id, Review.application_id, Review.person_id, Review.scores, Review.rubric_id)
        .join(Application, Application.id == Review.application_id)
        .where(Review.edition_id == edition_id, Review.state == "handed_in", Application.state.in_(LIVE))
    )
    rubrics = session.scalars(select(Rubric).where(Rubric.edition_id == edition_id))
    criteria = {rubric.id: criteria_of(rubric) for rubric in rubrics}
    found = []
    for review_id, application_id, person_id, scores, rubric_id in rows:
        points = total_of(scores, criteria[rubric_id])
        if points is not None:
            found.append(Total(review_id, application_id, person_id, points))
    return found


def reviewers_of(session: Session, *, edition_id: UUID) -> list[ReviewerLine]:
    """Return everybody who reviews or reviewed for the edition, with what waits and what is handed in."""
    counts: Counter[tuple[UUID, str]] = Counter()
    for person_id, state, number in session.execute(
        select(Review.person_id, Review.state, func.count())
        .where(Review.edition_id == edition_id)
        .group_by(Review.person_id, Review.state)
    ):
        counts[person_id, state] = number
    rows = session.execute(
        select(
            Reviewer.id, Reviewer.person_id, func.coalesce(Addressable.name, ""), Reviewer.languages, Reviewer.left_at
        )
        .outerjoin(Addressable, Addressable.id == Reviewer.person_id)
        .where(Reviewer.edition_id == edition_id)
        .order_by(Reviewer.left_at.is_not(None), func.lower(Addressable.name), Reviewer.id)
    )
    return [
        ReviewerLine(
            reviewer_id, person_id, name, languages, left_at is not None,
            waiting=counts[person_id, "assigned"], handed_in=counts[person_id, "handed_in"],
        )
        for reviewer_id, person_id, name, languages, left_at in rows
    ]  # fmt: skip


def readers(session: Session, *, edition_id: UUID) -> list[Reader]:
    """Return who reads for the edition now, as assignment wants it."""
    rows = session.execute(
        select(Reviewer.person_id, Reviewer.languages).where(
            Reviewer.edition_id == edition_id, Reviewer.left_at.is_(None)
        )
    )
    return [Reader(person_id, frozenset(languages)) for person_id, languages in rows]


def readables(session: Session, *, edition_id: UUID) -> list[Readable]:
    """Return the applications that want readers, with who has them and who may not."""
    mine = aliased(Review)
    held = func.array_agg(mine.person_id).filter(mine.state.in_(("assigned", "handed_in")))
    barred = func.array_agg(mine.person_id).filter(mine.state == "recused")
    rows = session.execute(
        select(Application.id, Application.locale, barred, held)
        .outerjoin(mine, mine.application_id == Application.id)
        .where(Application.edition_id == edition_id, Application.state.in_(("submitted", "under_review")))
        .group_by(Application.id)
    )
    return [
        Readable(application_id, locale, frozenset(no or ()), frozenset(has or ()))
        for application_id, locale, no, has in rows
    ]
