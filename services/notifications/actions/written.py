"""A notice whose words come by API: service mail to one person of an edition."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID, uuid5

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.notifications.actions.notices import queue_notice
from services.notifications.errors import NoticesUsedUp, PersonUnknown, ReferenceReused
from services.notifications.queries.mails import notice_by_reference, stands_in
from services.notifications.queries.recipients import person
from services.notifications.rules.notices import WRITTEN
from shared.deeds import Deed
from shared.editions import KnownEdition
from shared.history import note
from shared.schema.notifications.deliveries import Delivery

DAY: Final = timedelta(hours=24)


@dataclass(frozen=True)
class WrittenNotice:
    """What is to be sent. ``body`` is Markdown; without a ``locale`` the frame is in the person's language."""

    reference: str
    person_id: UUID
    subject: str
    body: str
    locale: str | None


def write_notice(
    session: Session, *, edition: KnownEdition, notice: WrittenNotice, per_day: int, deed: Deed
) -> Delivery:
    """Queue a notice and return it. The same reference with the same words changes nothing and returns the first.

    Refuses with ReferenceReused, PersonUnknown for whoever the edition has nothing to do with, and NoticesUsedUp.
    """
    known = notice_by_reference(session, edition_id=edition.id, reference=notice.reference)
    if known is None:
        recipient = person(session, person_id=notice.person_id)
        if recipient is None or not stands_in(session, person_id=notice.person_id, edition_id=edition.id):
            raise PersonUnknown
        if sent_lately(session, edition_id=edition.id) >= per_day:
            raise NoticesUsedUp(wait=int(DAY.total_seconds()))
        queue_notice(
            session,
            kind=WRITTEN,
            cause=uuid5(edition.id, notice.reference),
            recipient=recipient,
            about_id=edition.id,
            edition_id=edition.id,
            fields={
                "reference": notice.reference,
                "subject": notice.subject,
                "body": notice.body,
                "reply_to": edition.contact,
            },
            locale=notice.locale,
            now=deed.at,
        )
        known = notice_by_reference(session, edition_id=edition.id, reference=notice.reference)
        assert known is not None  # noqa: S101 - it was written here, or by somebody at the same moment
        note(session, "delivery", known.id, deed, what="written", edition_id=edition.id, person_id=notice.person_id)
    said = known.fields.get("subject"), known.fields.get("body"), known.person_id
    if said != (notice.subject, notice.body, notice.person_id):
        raise ReferenceReused
    return known


def sent_lately(session: Session, *, edition_id: UUID) -> int:
    """Count the notices sent by API for an edition in the last 24 hours."""
    counted = select(func.count()).select_from(Delivery)
    lately = (
        Delivery.kind == WRITTEN,
        Delivery.edition_id == edition_id,
        Delivery.created_at > func.now() - DAY,
    )
    return int(session.execute(counted.where(*lately)).scalar_one())
