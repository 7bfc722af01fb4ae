"""The API of one person's mail: what was sent, what it said and what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from services.notifications.errors import DeliveryUnknown, PersonUnknown
from services.notifications.letters.parts import parse, part
from services.notifications.queries.mails import count_mails_to, mail_of, mails_to, source_of
from services.notifications.routes.api.campaigns import api
from services.notifications.settings import NotificationsSettings
from services.notifications.views.mails import sent_again
from shared.editions import KnownEdition

blueprint = api.blueprint


class Older(BaseModel):
    """Which part: what is older than the mail ``after``, at most ``limit``."""

    after: UUID | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class MailLine(BaseModel):
    """One mail. ``kind`` is ``campaign`` or the kind of notice; ``campaign`` what the desk calls the campaign."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: str
    campaign: str | None
    address: str
    locale: str
    state: str
    reason: str | None
    created_at: datetime
    settled_at: datetime | None


class MailLines(BaseModel):
    """A part of the mail to one person, the newest first; ``next_after`` asks for what is older."""

    items: list[MailLine]
    next_after: UUID | None


class WholeMail(BaseModel):
    """One mail with what it said, its links without what opens them.

    ``kept``: these are the words that were sent; else the words of today were put in their place. All three are empty
    when nothing is left of the mail.
    """

    id: UUID
    person_id: UUID | None
    kind: str
    address: str
    locale: str
    state: str
    attempts: int
    reply_code: int | None
    reply_text: str | None
    reason: str | None
    relay: str | None
    created_at: datetime
    settled_at: datetime | None
    kept: bool
    subject: str
    text: str
    html: str


@api.get("/editions/<edition_slug>/people/<uuid:person_id>/mails", scope="mail:read", refuses=(PersonUnknown,))
def list_mails(session: Session, edition: KnownEdition, person_id: UUID, query: Older) -> MailLines:
    """List an edition's mail to one person."""
    count_mails_to(session, person_id=person_id, edition_id=edition.id)
    rows = mails_to(session, person_id=person_id, edition_id=edition.id, after=query.after, limit=query.limit)
    full = len(rows) == query.limit
    return MailLines(items=[MailLine.model_validate(row) for row in rows], next_after=rows[-1].id if full else None)


@api.get("/editions/<edition_slug>/mails/<uuid:delivery_id>", scope="mail:read", refuses=(DeliveryUnknown,))
def show_mail(
    session: Session, edition: KnownEdition, *, delivery_id: UUID, settings: NotificationsSettings, now: datetime
) -> WholeMail:
    """Show one mail with what it said and what became of it."""
    delivery = mail_of(session, delivery_id=delivery_id, edition_id=edition.id)
    source = source_of(session, delivery)
    message = sent_again(settings, delivery, source, now)
    said = {"subject": "", "text": "", "html": ""}
    if message is not None:
        said = {
            "subject": str(parse(message)["Subject"]),
            "text": part(message, "plain"),
            "html": part(message, "html"),
        }
    ledger = {name: getattr(delivery, name) for name in WholeMail.model_fields if name not in {"kept", *said}}
    return WholeMail(**ledger, kept=source is not None and source.kept, **said)
