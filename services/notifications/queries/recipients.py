"""Who a notice goes to, and what its text says of the edition: as the owners publish it when the fact is heard."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from shared.schema.people.published import Addressable, LinkInMail
from shared.schema.registration.published import OfferTerm, UnprovedApplicant

# Put together once: nearly every notice asks one of them.
_APPLICANT: Final = select(UnprovedApplicant.email, UnprovedApplicant.locale).where(
    UnprovedApplicant.application_id == bindparam("application_id")
)
_PERSON: Final = select(
    Addressable.id,
    Addressable.email,
    Addressable.name,
    Addressable.called,
    Addressable.locale,
    Addressable.time_zone,
).where(Addressable.id == bindparam("person_id"))


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
    """Return whoever typed an application that waits for its proof, or half of one, at the address given there.

    Without a name: it is free text, and the address may be that of somebody who never came here.
    """
    row = session.connection().execute(_APPLICANT, {"application_id": application_id}).first()
    return None if row is None else Recipient(None, row.email, "", "", row.locale, None)


def person(session: Session, *, person_id: UUID) -> Recipient | None:
    """Return a known person, or None when there is none any more."""
    found = session.connection().execute(_PERSON, {"person_id": person_id}).first()
    return (
        None
        if found is None
        else Recipient(found.id, found.email, found.name, found.called or found.name, found.locale, found.time_zone)
    )


def offer_expiry(session: Session, *, offer_id: UUID) -> datetime | None:
    """Return when an offer expires."""
    return session.execute(select(OfferTerm.expires_at).where(OfferTerm.offer_id == offer_id)).scalar()


def link_expiry(session: Session, *, link_id: UUID) -> datetime | None:
    """Return when a mailed link stops working, be it to sign in or to join the staff."""
    return session.execute(select(LinkInMail.expires_at).where(LinkInMail.id == link_id)).scalar()
