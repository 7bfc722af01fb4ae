"""An edition and people with places in it, written as rows: what materials finds when it looks at registration."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import update

from shared.schema.base import new_id
from shared.schema.people.persons import Person
from shared.schema.registration.applications import Application
from shared.schema.registration.decisions import Decision
from shared.schema.registration.editions import Edition
from shared.schema.registration.offers import Enrolment, Offer

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from shared.database import Database

THEN = datetime(2011, 9, 1, tzinfo=UTC)


def edition_called(database: Database, slug: str) -> UUID:
    """Write a published edition."""
    with database.transaction() as session:
        edition = Edition(
            id=new_id(),
            slug=slug,
            name={"en": slug.title()},
            summary={"en": ""},
            description={"en": ""},
            place="Montreal",
            starts_on=date(2011, 10, 24),
            ends_on=date(2011, 10, 28),
            time_zone="America/Toronto",
            languages=["en", "fr"],
            capacity=50,
            opens_at=datetime(2011, 6, 1, tzinfo=UTC),
            closes_at=datetime(2011, 9, 15, tzinfo=UTC),
            contact="academy@example.org",
            published_at=THEN,
        )
        session.add(edition)
        return edition.id


def place_of(
    database: Database, *, edition_id: UUID, person_id: UUID, country: str = "SN", state: str = "accepted"
) -> UUID:
    """Write an accepted offer and an enrolment for a person, with the application they come from."""
    with database.transaction() as session:
        application_id = _application(session, edition_id, person_id, country)
        decision = Decision(
            id=new_id(),
            application_id=application_id,
            edition_id=edition_id,
            outcome="accept",
            state="proposed",
            note="",
            proposed_at=THEN,
        )
        session.add(decision)
        session.flush()  # the offer points at it
        offer = Offer(
            id=new_id(),
            application_id=application_id,
            decision_id=decision.id,
            edition_id=edition_id,
            person_id=person_id,
            state="accepted",
            offered_at=THEN,
            expires_at=THEN,
            answered_at=THEN,
        )
        session.add(offer)
        session.flush()  # the enrolment points at it
        enrolment = Enrolment(
            id=new_id(),
            offer_id=offer.id,
            application_id=application_id,
            edition_id=edition_id,
            person_id=person_id,
            state=state,
            enrolled_at=THEN,
            updated_at=THEN,
        )
        session.add(enrolment)
        return enrolment.id


def applicant_of(database: Database, *, edition_id: UUID, person_id: UUID, country: str = "SN") -> UUID:
    """Write a submitted application."""
    with database.transaction() as session:
        return _application(session, edition_id, person_id, country)


def set_place(database: Database, *, enrolment_id: UUID, state: str) -> None:
    """Change the state of an enrolment, as registration would."""
    with database.transaction() as session:
        session.execute(update(Enrolment).where(Enrolment.id == enrolment_id).values(state=state))


def _application(session: Session, edition_id: UUID, person_id: UUID, country: str) -> UUID:
    person = session.get_one(Person, person_id)
    application = Application(
        id=new_id(),
        edition_id=edition_id,
        person_id=person_id,
        state="submitted",
        name=person.name,
        called="",
        email=person.email,
        country=country,
        organisation="Cooperative",
        language=person.locale,
        locale=person.locale,
        form_version=1,
        answers={},
        consent="",
        consented_at=THEN,
        created_at=THEN,
        submitted_at=THEN,
        updated_at=THEN,
    )
    session.add(application)
    session.flush()  # what follows points at it
    return application.id
