"""The API by which other programmes send notices: once under each reference, with their state and webhooks."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from services.notifications.actions.webhooks import add_webhook, resume_webhook, stop_webhook
from services.notifications.actions.written import WrittenNotice, write_notice
from services.notifications.errors import (
    DeliveryUnknown,
    NoticesUsedUp,
    PersonUnknown,
    ReferenceReused,
    WebhookUnknown,
    WebhookUnsafe,
)
from services.notifications.queries.mails import notice_by_reference
from services.notifications.queries.webhooks import calls_of, webhook_of, webhooks_of
from services.notifications.routes.api.campaigns import api
from services.notifications.rules.webhooks import secret_of, shown_secret
from services.notifications.settings import NotificationsSettings
from shared.deeds import Deed
from shared.editions import KnownEdition
from shared.schema.notifications.deliveries import Delivery
from shared.schema.notifications.webhooks import Webhook
from shared.web.door.identity import SignedIn

blueprint = api.blueprint

NOTICES = "/editions/<edition_slug>/notices"
WEBHOOKS = "/editions/<edition_slug>/webhooks"
WEBHOOK = f"{WEBHOOKS}/<uuid:webhook_id>"
Reference = Annotated[str, Field(pattern=r"^[A-Za-z0-9._~:@+-]{1,120}$")]


class NoticeWanted(BaseModel):
    """A notice to one person of the edition. ``body`` is Markdown.

    ``reference`` is the sender's own name for it, 1 to 120 ASCII letters, digits and ``._~:@+-``: whoever asks twice
    under one reference sends once. ``locale`` is the language of the words; the frame is in it too.
    """

    model_config = ConfigDict(extra="forbid")

    reference: Reference
    person_id: UUID
    subject: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*$")]
    body: Annotated[str, Field(min_length=1, max_length=20_000, pattern=r"^[^\x00]*\S[^\x00]*$")]
    locale: Literal["en", "fr", "es", "pt", "ar"] | None = None


class NoticeState(BaseModel):
    """What became of a notice; ``reason`` is one word of ours, ``reply_code`` the mail server's.

    ``state``: queued, sending, sent, deferred, failed, suppressed, uncertain, bounced or complained.
    """

    id: UUID
    reference: str
    state: str
    reason: str | None
    reply_code: int | None
    created_at: datetime
    settled_at: datetime | None

    @staticmethod
    def of(delivery: Delivery) -> NoticeState:
        """Return how the API shows a notice."""
        ledger = {name: getattr(delivery, name) for name in NoticeState.model_fields if name != "reference"}
        return NoticeState(reference=str(delivery.fields.get("reference", "")), **ledger)


class WebhookWanted(BaseModel):
    """An address to call, https and in the public Internet."""

    model_config = ConfigDict(extra="forbid")

    url: Annotated[str, Field(min_length=1, max_length=500)]


class WebhookAnswer(BaseModel):
    """A webhook with its secret (Standard Webhooks 1.0), and how many calls wait or were given up on."""

    id: UUID
    url: str
    state: str
    secret: str
    waiting: int
    given_up: int


class WebhookList(BaseModel):
    """The webhooks of an edition."""

    items: list[WebhookAnswer]


class CallAnswer(BaseModel):
    """One call: what is told of which notice, how often it was tried, and what was answered last."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    delivery_id: UUID
    told: str
    happened_at: datetime
    attempts: int
    code: int | None
    said: str
    arrived: bool
    settled_at: datetime | None


class CallList(BaseModel):
    """The latest calls of a webhook, the newest first, at most 50."""

    items: list[CallAnswer]


@api.post(NOTICES, scope="mail:send", refuses=(PersonUnknown, ReferenceReused, NoticesUsedUp))
def send_notice(
    session: Session,
    edition: KnownEdition,
    *,
    wanted: NoticeWanted,
    by: SignedIn,
    settings: NotificationsSettings,
    now: datetime,
) -> NoticeState:
    """Send a notice; the same reference with the same words answers with what became of the first."""
    delivery = write_notice(
        session,
        edition=edition,
        notice=WrittenNotice(**wanted.model_dump()),
        per_day=settings.notices_per_day,
        deed=Deed(by.person_id, now),
    )
    return NoticeState.of(delivery)


@api.get(f"{NOTICES}/<reference>", scope="mail:send", refuses=(DeliveryUnknown,))
def show_notice(session: Session, edition: KnownEdition, reference: str) -> NoticeState:
    """Tell what became of a notice."""
    delivery = notice_by_reference(session, edition_id=edition.id, reference=reference)
    if delivery is None:
        raise DeliveryUnknown
    return NoticeState.of(delivery)


@api.get(WEBHOOKS, scope="webhooks:keep")
def list_webhooks(session: Session, edition: KnownEdition, settings: NotificationsSettings) -> WebhookList:
    """List an edition's webhooks."""
    return WebhookList(
        items=[
            _shown(known.webhook, settings, waiting=known.waiting, given_up=known.given_up)
            for known in webhooks_of(session, edition_id=edition.id)
        ]
    )


@api.post(WEBHOOKS, scope="webhooks:keep", refuses=(WebhookUnsafe,))
def call_from_now_on(
    session: Session,
    edition: KnownEdition,
    *,
    wanted: WebhookWanted,
    by: SignedIn,
    settings: NotificationsSettings,
    now: datetime,
) -> WebhookAnswer:
    """Have an address called whenever a notice sent by API has come to rest."""
    made = add_webhook(
        session,
        edition_id=edition.id,
        url=wanted.url,
        allowed=settings.webhook_networks,
        deed=Deed(by.person_id, now),
    )
    return _shown(made, settings)


@api.post(f"{WEBHOOK}/stop", scope="webhooks:keep", status=200, refuses=(WebhookUnknown,))
def call_no_more(
    session: Session,
    edition: KnownEdition,
    *,
    webhook_id: UUID,
    by: SignedIn,
    settings: NotificationsSettings,
    now: datetime,
) -> WebhookAnswer:
    """Call an address no more; what waits is kept."""
    deed = Deed(by.person_id, now)
    return _shown(stop_webhook(session, webhook_id=webhook_id, edition_id=edition.id, deed=deed), settings)


@api.post(f"{WEBHOOK}/resume", scope="webhooks:keep", status=200, refuses=(WebhookUnknown,))
def call_again(
    session: Session,
    edition: KnownEdition,
    *,
    webhook_id: UUID,
    by: SignedIn,
    settings: NotificationsSettings,
    now: datetime,
) -> WebhookAnswer:
    """Call an address again, with all that waits or was given up on."""
    deed = Deed(by.person_id, now)
    return _shown(resume_webhook(session, webhook_id=webhook_id, edition_id=edition.id, deed=deed), settings)


@api.get(f"{WEBHOOK}/calls", scope="webhooks:keep", refuses=(WebhookUnknown,))
def list_calls(session: Session, edition: KnownEdition, webhook_id: UUID) -> CallList:
    """List the latest calls of a webhook."""
    webhook_of(session, webhook_id=webhook_id, edition_id=edition.id)
    return CallList(items=[CallAnswer.model_validate(one) for one in calls_of(session, webhook_id=webhook_id)])


def _shown(webhook: Webhook, settings: NotificationsSettings, *, waiting: int = 0, given_up: int = 0) -> WebhookAnswer:
    return WebhookAnswer(
        id=webhook.id,
        url=webhook.url,
        state=webhook.state,
        secret=shown_secret(secret_of(settings.webhook_key, webhook.id)),
        waiting=waiting,
        given_up=given_up,
    )
