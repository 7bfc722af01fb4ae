"""What happened to an application: to itself, its decisions, offers and places, and what the Reader was to its person.

One story, since a change of a state and the fact that tells of it are one row.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, literal, or_, select, union_all
from sqlalchemy.orm import Session

from shared.histories import Past, past
from shared.schema.outbox.entries import FactRow
from shared.schema.registration import Application, Decision, Enrolment, Offer

ELSEWHERE: Final = ("ShelfOpened", "DownloadStarted")
"""What other owners tell of the person in this edition."""


def story_of(session: Session, *, application: Application) -> tuple[list[Past], dict[UUID, str]]:
    """Return what happened to an application, newest first, and the outcome of each of its decisions."""
    decisions = select(Decision.id, Decision.outcome).where(Decision.application_id == application.id)
    nothing = literal("")
    subjects: Sequence[tuple[UUID, str]] = [
        (row.id, row.outcome)
        for row in session.execute(
            union_all(
                decisions,
                select(Offer.id, nothing).where(Offer.application_id == application.id),
                select(Enrolment.id, nothing).where(Enrolment.application_id == application.id),
            )
        )
    ]
    about: ColumnElement[bool] = FactRow.subject_id.in_(
        [application.id, *(subject_id for subject_id, _outcome in subjects)]
    )
    if application.person_id is not None:
        theirs = and_(FactRow.person_id == application.person_id, FactRow.edition_id == application.edition_id)
        about = or_(about, and_(theirs, FactRow.name.in_(ELSEWHERE)))
    return past(session, about), {subject_id: outcome for subject_id, outcome in subjects if outcome}
