from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from services.registration.rules.forms.special import open_special
from shared.keyring import KeyRing
from shared.people.queries.people import account_of
from shared.schema.outbox.entries import FactRow
from shared.schema.people.published import Addressable, HeldRole
from shared.schema.registration import AnswerFile, Application, Edition, Enrolment, FormDraft, FormResponse, Offer
from shared.schema.registration.published import Place
from shared.schema.values import all_values, values_of


def everything_about(session: Session, *, person_id: UUID, ring: KeyRing) -> dict[str, Any]:
    """Return what registration keeps about a person, as values JSON can hold; what is kept sealed is opened.

    Decisions are told once they are released, by mail and on the personal page; what the desk only considers is not
    the person's yet and is left out.
    """
    applications = session.execute(select(Application).where(Application.person_id == person_id)).scalars().all()
    ids = [application.id for application in applications]
    told = select(FactRow).where(
        or_(FactRow.person_id == person_id, FactRow.subject_id.in_(ids)), FactRow.noun != "decision"
    )
    responses = session.execute(select(FormResponse).where(FormResponse.person_id == person_id)).scalars().all()
    return {
        **account_of(session, person_id=person_id),
        "applications": [values_of(application) for application in applications],
        "files": all_values(session, select(AnswerFile).where(AnswerFile.application_id.in_(ids))),
        "offers": all_values(session, select(Offer).where(Offer.person_id == person_id)),
        "half_filled_forms": all_values(session, select(FormDraft).where(FormDraft.person_id == person_id)),
        "answers_to_forms": [
            {
                **values_of(response),
                "answers": open_special(response.answers, ring, application_id=response.application_id).answers,
            }
            for response in responses
        ],
        "enrolments": all_values(session, select(Enrolment).where(Enrolment.person_id == person_id)),
        "changes": all_values(session, told.order_by(FactRow.at)),
    }


def first_of_staff(session: Session, *, role: str) -> UUID | None:
    """Return the one of the staff who has been there longest with this role in all editions."""
    held = select(HeldRole.person_id).where(HeldRole.name == role, HeldRole.edition_id.is_(None))
    return session.scalar(held.order_by(HeldRole.person_id).limit(1))


def newest_participant(session: Session) -> UUID | None:
    """Return somebody who has a place in the edition that begins last; the same one each time."""
    return session.scalar(
        select(Place.person_id)
        .join(Edition, Edition.id == Place.edition_id)
        .order_by(Edition.starts_on.desc(), Place.enrolment_id)
        .limit(1)
    )


class StaffName(NamedTuple):
    """Somebody of the staff."""

    person_id: UUID
    name: str


def possible_reviewers(session: Session, *, edition_id: UUID) -> list[StaffName]:
    """Return whoever may review for the edition by her roles, by name."""
    rows = session.execute(
        select(Addressable.id, Addressable.name)
        .join(HeldRole, HeldRole.person_id == Addressable.id)
        .where(HeldRole.name.in_(("reviewer", "organiser")))
        .where(or_(HeldRole.edition_id.is_(None), HeldRole.edition_id == edition_id))
        .distinct()
    )
    return sorted((StaffName(person_id, name) for person_id, name in rows), key=lambda one: (one.name, one.person_id))
