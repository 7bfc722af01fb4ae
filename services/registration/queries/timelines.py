"""What happened to an application: to itself, its decisions, offers and places, and what the Reader was to its person.

One story, since a change of a state and the fact that tells of it are one row.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import and_, or_, select, union_all
from sqlalchemy.orm import Session

from shared.histories import MOST, Past, past
from shared.schema.outbox.entries import FactRow
from shared.schema.registration import Application, Decision, Enrolment, Offer

ELSEWHERE: Final = ("ShelfOpened", "DownloadStarted")
"""What other owners tell of the person in this edition."""
STATELESS: Final = ("AddressProofRequested", *ELSEWHERE)
"""What belongs to the story though no state changed by it."""


def story_of(session: Session, *, application: Application, most: int = MOST) -> tuple[list[Past], dict[UUID, str]]:
    """Return what happened to an application, the newest ``most`` of it first, and the outcome of its decisions.

    It is found by its person, whom every fact since the proof of the address names, and not by each of its subjects.
    """
    theirs = (FactRow.person_id == application.person_id, FactRow.edition_id == application.edition_id)
    hangs_on_it = union_all(
        *(select(noun.id).where(noun.application_id == application.id) for noun in (Decision, Offer, Enrolment))
    )
    mine = or_(FactRow.subject_id == application.id, FactRow.subject_id.in_(hangs_on_it), FactRow.name.in_(ELSEWHERE))
    nobodys = (FactRow.subject_id == application.id, FactRow.person_id.is_(None))
    worth_telling = or_(FactRow.after.is_not(None), FactRow.name.in_(STATELESS))
    steps = past(session, and_(*theirs, mine, worth_telling), and_(*nobodys, worth_telling), most=most)
    outcomes = select(Decision.id, Decision.outcome).where(Decision.application_id == application.id)
    return steps, dict(session.execute(outcomes).all())
