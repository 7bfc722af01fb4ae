"""Who a notice goes to, and what its text says of the edition: read from the owners' tables when the fact is heard."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.schema.people.credentials import SignInLink, StaffInvitation
from shared.schema.people.persons import Person
from shared.schema.registration.applications import Application
from shared.schema.registration.offers import Offer


@dataclass(frozen=True)
class Recipient:
    """Somebody to write to. ``person_id`` is empty while the address is not proved."""

    person_id: UUID | None
    address: str
    name: str
    called: str
    locale: str
    time_zone: str | None


def applicant(session: Session, *, application_id: UUID) -> Recipient | None:
    """Return whoever typed an application that waits for its proof, at the address and in the language given there."""
    row = session.execute(
        select(Application.email, Application.name, Application.called, Application.locale).where(
            Application.id == application_id
        )
    ).first()
    return None if row is None else Recipient(None, row.email, row.name, row.called or row.name, row.locale, None)


def person(session: Session, *, person_id: UUID) -> Recipient | None:
    """Return a known person, or None when there is none any more."""
    found = session.get(Person, person_id)
    return (
        None
        if found is None
        else Recipient(found.id, found.email, found.name, found.called or found.name, found.locale, found.time_zone)
    )


def offer_expiry(session: Session, *, offer_id: UUID) -> datetime | None:
    """Return when an offer expires."""
    return session.execute(select(Offer.expires_at).where(Offer.id == offer_id)).scalar()


def invitation_expiry(session: Session, *, invitation_id: UUID) -> datetime | None:
    """Return when an invitation to the staff stops working."""
    return session.execute(select(StaffInvitation.expires_at).where(StaffInvitation.id == invitation_id)).scalar()


def link_expiry(session: Session, *, link_id: UUID) -> datetime | None:
    """Return when a sign-in link stops working."""
    return session.execute(select(SignInLink.expires_at).where(SignInLink.id == link_id)).scalar()
