"""All mail to one person, and what one mail was made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import ColumnElement, and_, exists, func, select, tuple_
from sqlalchemy.orm import Session, aliased

from services.notifications.errors import DeliveryUnknown, PersonUnknown
from services.notifications.queries.campaigns import words_of
from services.notifications.rules.notices import WRITTEN
from services.notifications.rules.words import Words, kept_words
from shared.schema.notifications.campaigns import AgreedText, Campaign
from shared.schema.notifications.deliveries import Delivery
from shared.schema.registration.published import PersonStanding


@dataclass(frozen=True)
class MailTo:
    """One line of a person's mail. ``campaign`` is what the desk calls it; a notice has none."""

    id: UUID
    kind: str
    campaign: str | None
    address: str
    locale: str
    state: str
    reason: str | None
    created_at: datetime
    settled_at: datetime | None


def mails_to(
    session: Session,
    *,
    person_id: UUID,
    edition_id: UUID,
    after: UUID | None = None,
    limit: int,
    offset: int = 0,
) -> Sequence[MailTo]:
    """Return one page of an edition's mail to a person, the newest first; with ``after``, what is older than that."""
    columns = [Campaign.name if field.name == "campaign" else getattr(Delivery, field.name) for field in fields(MailTo)]
    joined = select(*columns).outerjoin(Campaign, Campaign.id == Delivery.campaign_id)
    wanted = joined.where(*_to(person_id, edition_id))
    if after is not None:
        place = aliased(Delivery)
        before = select(place.created_at, place.id).where(place.id == after).scalar_subquery()
        wanted = wanted.where(tuple_(Delivery.created_at, Delivery.id) < before)
    order = (Delivery.created_at.desc(), Delivery.id.desc())
    return [MailTo(*row) for row in session.execute(wanted.order_by(*order).limit(limit).offset(offset))]


def count_mails_to(session: Session, *, person_id: UUID, edition_id: UUID) -> int:
    """Count an edition's mail to a person; refuses with PersonUnknown whoever the edition has nothing to do with."""
    counted = select(func.count()).select_from(Delivery).where(*_to(person_id, edition_id))
    count = int(session.execute(counted).scalar_one())
    if not count and not stands_in(session, person_id=person_id, edition_id=edition_id):
        raise PersonUnknown
    return count


def stands_in(session: Session, *, person_id: UUID, edition_id: UUID) -> bool:
    """Say whether a person has anything to do with an edition: she applied to it at least."""
    known = exists().where(PersonStanding.person_id == person_id, PersonStanding.edition_id == edition_id)
    return bool(session.execute(select(known)).scalar_one())


def _to(person_id: UUID, edition_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return Delivery.person_id == person_id, Delivery.edition_id == edition_id


def mail_of(session: Session, *, delivery_id: UUID, edition_id: UUID) -> Delivery:
    """Return one mail of an edition; refuses with DeliveryUnknown."""
    found = session.get(Delivery, delivery_id)
    if found is None or found.edition_id != edition_id:
        raise DeliveryUnknown
    return found


@dataclass(frozen=True)
class Source:
    """What a campaign mail was made of. ``kept``: the very words that it left with, not those of today."""

    words: Words
    kept: bool


def source_of(session: Session, delivery: Delivery) -> Source | None:
    """Return what a campaign mail, or a test of one, was made of; None for a notice, or where nothing is left of it."""
    kept = session.execute(
        select(AgreedText.words).where(
            and_(
                AgreedText.campaign_id == delivery.campaign_id,
                AgreedText.version == delivery.words_version,
                AgreedText.locale == delivery.locale,
            )
        )
    ).scalar()
    if kept is not None:
        return Source(kept_words(kept), kept=True)
    campaign_id = delivery.campaign_id or (delivery.about_id if delivery.kind == "campaign_test" else None)
    words = words_of(session, campaign_id=campaign_id).get(delivery.locale) if campaign_id else None
    return None if words is None else Source(words, kept=False)


def notice_by_reference(session: Session, *, edition_id: UUID, reference: str) -> Delivery | None:
    """Return the notice that was sent by API under a reference."""
    key = f"{WRITTEN}:{uuid5(edition_id, reference)}"
    return session.execute(select(Delivery).where(Delivery.idempotency_key == key)).scalar()
