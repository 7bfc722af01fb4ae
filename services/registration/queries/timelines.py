"""What happened to an application: to itself, its decisions, offers and places, and what the Reader was to its person.

One story, since a change of a state and the fact that tells of it are one row.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, Uuid, and_, bindparam, or_, select, union_all
from sqlalchemy.orm import Session

from shared.histories import MOST, Past, newest_where, past
from shared.schema.outbox.entries import FactRow
from shared.schema.registration import Application, Decision, Enrolment, Offer

ELSEWHERE: Final = ("ShelfOpened", "DownloadStarted")
"""What other owners tell of the person in this edition."""
STATELESS: Final = ("AddressProofRequested", *ELSEWHERE)
"""What belongs to the story though no state changed by it."""


def _story() -> Select[Any]:
    application_id = bindparam("application_id", type_=Uuid)
    theirs = and_(
        FactRow.person_id == bindparam("person_id", type_=Uuid),
        FactRow.edition_id == bindparam("edition_id", type_=Uuid),
    )
    hangs_on_it = union_all(
        *(select(noun.id).where(noun.application_id == application_id) for noun in (Decision, Offer, Enrolment))
    )
    mine = or_(FactRow.subject_id == application_id, FactRow.subject_id.in_(hangs_on_it), FactRow.name.in_(ELSEWHERE))
    nobodys = and_(FactRow.subject_id == application_id, FactRow.person_id.is_(None))
    worth_telling = or_(FactRow.after.is_not(None), FactRow.name.in_(STATELESS))
    return newest_where(and_(theirs, mine, worth_telling), and_(nobodys, worth_telling))


# Put together once: everybody who looks at an application asks them.
_STORY: Final = _story()
_OUTCOMES: Final = select(Decision.id, Decision.outcome).where(
    Decision.application_id == bindparam("application_id", type_=Uuid)
)


def story_of(
    session: Session, *, application: Application, most: int = MOST, names: bool = True
) -> tuple[list[Past], dict[UUID, str]]:
    """Return what happened to an application, the newest ``most`` of it first, and the outcome of its decisions.

    It is found by its person, whom every fact since the proof of the address names, and not by each of its subjects.
    Without ``names`` nobody is named.
    """
    about = {
        "application_id": application.id,
        "person_id": application.person_id,
        "edition_id": application.edition_id,
    }
    steps = past(session, _STORY, about, most=most, names=names)
    if not any(step.noun == "decision" for step in steps):
        return steps, {}
    outcomes = session.connection().execute(_OUTCOMES, {"application_id": application.id})
    return steps, dict(outcomes.all())
