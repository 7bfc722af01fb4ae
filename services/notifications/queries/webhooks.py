"""Webhooks of an edition and their latest calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.notifications.errors import WebhookUnknown
from shared.schema.notifications.webhooks import Webhook, WebhookCall


@dataclass(frozen=True)
class KnownWebhook:
    """A webhook with how many of its calls wait, and how many were given up on."""

    webhook: Webhook
    waiting: int
    given_up: int


def webhooks_of(session: Session, *, edition_id: UUID) -> Sequence[KnownWebhook]:
    """Return the webhooks of an edition, the oldest first."""
    waiting = func.count(WebhookCall.id).filter(WebhookCall.settled_at.is_(None))
    lost = func.count(WebhookCall.id).filter(WebhookCall.settled_at.is_not(None), WebhookCall.arrived.is_(False))
    rows = session.execute(
        select(Webhook, waiting, lost)
        .outerjoin(WebhookCall, WebhookCall.webhook_id == Webhook.id)
        .where(Webhook.edition_id == edition_id)
        .group_by(Webhook.id)
        .order_by(Webhook.created_at, Webhook.id)
    )
    return [KnownWebhook(*row) for row in rows]


def webhook_of(session: Session, *, webhook_id: UUID, edition_id: UUID) -> Webhook:
    """Return a webhook of an edition; refuses with WebhookUnknown."""
    found = session.get(Webhook, webhook_id)
    if found is None or found.edition_id != edition_id:
        raise WebhookUnknown
    return found


def calls_of(session: Session, *, webhook_id: UUID, limit: int = 50) -> Sequence[WebhookCall]:
    """Return the latest calls of a webhook, the newest first."""
    latest = select(WebhookCall).where(WebhookCall.webhook_id == webhook_id).order_by(WebhookCall.happened_at.desc())
    return session.execute(latest.limit(limit)).scalars().all()
