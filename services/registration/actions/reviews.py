"""Reviews: who gets which application, what is scored, and when it counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.registration.errors import NoCriteria, ReviewHandedIn, ReviewIncomplete
from services.registration.queries.reviews import (
    criteria_of,
    my_review,
    readables,
    readers,
    rubric_of,
    was_scored_by,
)
from services.registration.rules.selection.assignment import Spread, spread
from services.registration.rules.selection.reviews import REVIEW, REVIEWER, score_problems
from shared.errors import NotFound
from shared.history import Deed, begin, begun, move, note
from shared.schema.base import new_id
from shared.schema.registration import Review, Reviewer, Rubric
from shared.words.sentences import _l


class ReviewerUnknown(NotFound):
    """Nobody of this edition's reviewers."""

    title = _l("We do not know this reviewer")


def write_rubric(
    session: Session, *, edition_id: UUID, criteria: list[dict[str, Any]], reviews_each: int, deed: Deed
) -> None:
    """Put criteria in force. Those that a review was scored by stay beside them, for that review."""
    now = rubric_of(session, edition_id=edition_id)
    if now is not None and not was_scored_by(session, now):
        now.criteria, now.reviews_each, now.made_at = criteria, reviews_each, deed.at
    else:
        session.add(
            Rubric(
                id=new_id(),
                edition_id=edition_id,
                version=1 if now is None else now.version + 1,
                criteria=criteria,
                reviews_each=reviews_each,
                made_at=deed.at,
            )
        )
    note(session, "edition", edition_id, deed, what="criteria_written", edition_id=edition_id)


def add_reviewer(session: Session, *, edition_id: UUID, person_id: UUID, languages: list[str], deed: Deed) -> None:
    """Let somebody review for the edition, from now on in these languages; whoever had left comes back."""
    added = session.execute(
        insert(Reviewer)
        .values(id=new_id(), edition_id=edition_id, person_id=person_id, languages=languages)
        .on_conflict_do_nothing()
        .returning(Reviewer.id)
    ).scalar()
    if added is not None:
        rows = [{"id": added, "edition_id": edition_id, "person_id": person_id}]
        begun(session, REVIEWER, "reading", deed, rows)
        return
    known = session.scalars(
        select(Reviewer).where(Reviewer.edition_id == edition_id, Reviewer.person_id == person_id).with_for_update()
    ).one()
    if known.left_at is not None:
        move(session, REVIEWER, [known.id], "reading", deed)
    session.execute(update(Reviewer).where(Reviewer.id == known.id).values(languages=languages))


def drop_reviewer(session: Session, *, edition_id: UUID, reviewer_id: UUID, deed: Deed) -> int:
    """Let a reviewer go and take back what she has not handed in; return how many applications want another reader.

    Refuses with :class:`ReviewerUnknown`; one who has left is let go already.
    """
    known = session.scalar(
        select(Reviewer).where(Reviewer.id == reviewer_id, Reviewer.edition_id == edition_id).with_for_update()
    )
    if known is None:
        raise ReviewerUnknown
    if known.left_at is not None:
        return 0
    move(session, REVIEWER, [reviewer_id], "left", deed)
    waiting = session.scalars(
        select(Review.id).where(
            Review.edition_id == edition_id, Review.person_id == known.person_id, Review.state == "assigned"
        )
    ).all()
    move(session, REVIEW, waiting, "taken_back", deed)
    return len(waiting)


def assign_reviews(session: Session, *, edition_id: UUID, deed: Deed) -> Spread:
    """Give every application the reviewers it lacks; return who got what, and which stay short.

    Whoever gave an application back does not get it again; one that was taken back may return to the same hands.
    """
    rubric = rubric_of(session, edition_id=edition_id)
    if rubric is None:
        raise NoCriteria
    session.execute(select(Rubric.id).where(Rubric.id == rubric.id).with_for_update())  # one assigns at a time
    plan = spread(
        readables(session, edition_id=edition_id),
        readers(session, edition_id=edition_id),
        each=rubric.reviews_each,
        seed=str(edition_id),
    )
    known: dict[tuple[UUID, UUID], UUID] = {
        (application_id, person_id): review_id
        for review_id, application_id, person_id in session.execute(
            select(Review.id, Review.application_id, Review.person_id).where(
                Review.edition_id == edition_id, Review.state == "taken_back"
            )
        )
    }
    again = [known[pair] for pair in plan.pairs if pair in known]
    move(session, REVIEW, again, "assigned", deed, assigned_at=deed.at)
    fresh = [
        {
            "edition_id": edition_id,
            "application_id": pair.application_id,
            "person_id": pair.reviewer_id,
            "state": "assigned",
            "assigned_at": deed.at,
        }
        for pair in plan.pairs
        if pair not in known
    ]
    begin(session, REVIEW, "assigned", deed, fresh)
    return plan


def keep_scores(
    session: Session,
    *,
    edition_id: UUID,
    review_id: UUID,
    scores: Mapping[str, int],
    recommendation: str,
    comment: str,
    deed: Deed,
    hand_in: bool,
) -> None:
    """Keep what the reviewer ``deed.by`` thinks, and hand it in when she says so.

    Refuses with :class:`ReviewIncomplete`, which names the criteria, what is off the scale, and on handing in what is
    missing. What is handed in is changed only after it was taken up again.
    """
    rubric = rubric_of(session, edition_id=edition_id)
    if rubric is None:
        raise NoCriteria
    review = my_review(session, edition_id=edition_id, review_id=review_id, person_id=deed.by, lock=True)
    problems = score_problems(dict(scores), criteria_of(rubric), whole=hand_in)
    if problems:
        raise ReviewIncomplete(problems)
    values: dict[str, Any] = {
        "scores": dict(scores),
        "recommendation": recommendation,
        "comment": comment,
        "rubric_id": rubric.id,
        "updated_at": deed.at,
    }
    if hand_in:
        move(session, REVIEW, [review.id], "handed_in", deed, leaving="assigned", handed_in_at=deed.at, **values)
    else:
        if review.state != "assigned":
            raise ReviewHandedIn
        session.execute(update(Review).where(Review.id == review.id).values(**values))


def take_up_again(session: Session, *, edition_id: UUID, review_id: UUID, deed: Deed) -> None:
    """Let the reviewer ``deed.by`` change what she handed in."""
    review = my_review(session, edition_id=edition_id, review_id=review_id, person_id=deed.by, lock=True)
    move(session, REVIEW, [review.id], "assigned", deed, leaving="handed_in", handed_in_at=None)


def recuse(session: Session, *, edition_id: UUID, review_id: UUID, why: str, deed: Deed) -> None:
    """Give an application back for a conflict of interest; the reviewer never gets it again, nor keeps her scores."""
    review = my_review(session, edition_id=edition_id, review_id=review_id, person_id=deed.by, lock=True)
    move(
        session, REVIEW, [review.id], "recused", replace(deed, why=why), leaving="assigned",
        scores={}, recommendation="", comment="", rubric_id=None,
    )  # fmt: skip


def bar_reviewer(session: Session, *, edition_id: UUID, application_id: UUID, person_id: UUID, deed: Deed) -> None:
    """Keep somebody from reviewing an application, as an organiser who knows of a conflict of interest does."""
    known = session.scalar(
        select(Review).where(Review.application_id == application_id, Review.person_id == person_id).with_for_update()
    )
    if known is None:
        row = {
            "edition_id": edition_id, "application_id": application_id, "person_id": person_id,
            "state": "recused", "assigned_at": deed.at,
        }  # fmt: skip
        begin(session, REVIEW, "recused", deed, [row])
    elif known.state != "recused":
        if known.state == "handed_in":
            move(session, REVIEW, [known.id], "assigned", deed, handed_in_at=None)
        move(
            session, REVIEW, [known.id], "recused", deed,
            scores={}, recommendation="", comment="", rubric_id=None,
        )  # fmt: skip
