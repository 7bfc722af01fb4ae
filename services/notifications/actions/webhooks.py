"""Telling programmes outside what became of the notices they sent. The row is the work: it waits until it arrived."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from services.notifications.errors import WebhookUnknown, WebhookUnsafe
from services.notifications.rules.notices import WRITTEN
from services.notifications.rules.webhooks import TOLD, WEBHOOK, may_be_called, rest_after
from shared.deeds import Deed
from shared.history import begin, move
from shared.retention import delete_some
from shared.schema.notifications.webhooks import Webhook, WebhookCall

CALLS_LAST: Final = timedelta(days=30)
_LEASE: Final = timedelta(minutes=2)
"""Longer than a call can take; whoever dies in one leaves it to others after that."""

_TELL: Final = text("""
INSERT INTO notifications.webhook_call (id, webhook_id, delivery_id, told, happened_at)
SELECT gen_random_uuid(), w.id, d.id, d.state, now()
FROM notifications.webhook w
    JOIN notifications.delivery d ON d.edition_id = w.edition_id AND d.kind = :kind AND d.id = ANY(:ids)
WHERE w.state = 'active' AND d.state = ANY(:told)
ON CONFLICT DO NOTHING""")


def tell_webhooks(session: Session, *, delivery_ids: Collection[UUID]) -> None:
    """Have those told who want to know what became of deliveries; what was told already, and others, change nothing."""
    session.execute(_TELL, {"ids": list(delivery_ids), "kind": WRITTEN, "told": list(TOLD)})


def add_webhook(session: Session, *, edition_id: UUID, url: str, allowed: Collection[str], deed: Deed) -> Webhook:
    """Call ``url`` from now on. Refuses with WebhookUnsafe what is not plainly an address in the public Internet."""
    wanted = url.strip()
    if not may_be_called(wanted, allowed=list(allowed)):
        raise WebhookUnsafe(errors={"url": WebhookUnsafe.title})
    row = {"edition_id": edition_id, "url": wanted, "created_at": deed.at}
    (webhook_id,) = begin(session, WEBHOOK, "active", deed, [row])
    return session.get_one(Webhook, webhook_id)


def stop_webhook(session: Session, *, webhook_id: UUID, edition_id: UUID, deed: Deed) -> Webhook:
    """Call it no more; what waits for it, waits."""
    return _switch(session, webhook_id, edition_id, "stopped", deed)


def resume_webhook(session: Session, *, webhook_id: UUID, edition_id: UUID, deed: Deed) -> Webhook:
    """Call it again, at once with all that waits or was given up on."""
    found = _switch(session, webhook_id, edition_id, "active", deed)
    session.execute(_AGAIN, {"id": webhook_id})
    return found


_AGAIN: Final = text("""
UPDATE notifications.webhook_call SET attempts = 0, not_before = now(), settled_at = NULL
WHERE webhook_id = :id AND NOT arrived""")


def _switch(session: Session, webhook_id: UUID, edition_id: UUID, after: str, deed: Deed) -> Webhook:
    found = session.execute(
        select(Webhook).where(Webhook.id == webhook_id, Webhook.edition_id == edition_id).with_for_update()
    ).scalar()
    if found is None:
        raise WebhookUnknown
    if found.state != after:
        move(session, WEBHOOK, [webhook_id], after, deed)
        session.refresh(found)
    return found


@dataclass(frozen=True)
class DueCall:
    """One call to make, and which try it is (from 1)."""

    id: UUID
    webhook_id: UUID
    url: str
    delivery_id: UUID
    told: str
    happened_at: datetime
    reference: str
    attempts: int


_CLAIM: Final = text("""
UPDATE notifications.webhook_call c SET attempts = c.attempts + 1, not_before = now() + :lease
FROM notifications.webhook w
WHERE w.id = c.webhook_id AND c.id = (
    SELECT d.id FROM notifications.webhook_call d JOIN notifications.webhook v ON v.id = d.webhook_id
    WHERE d.settled_at IS NULL AND d.not_before <= now() AND v.state = 'active'
    ORDER BY d.not_before LIMIT 1 FOR UPDATE OF d SKIP LOCKED)
RETURNING c.id, w.id, w.url, c.delivery_id, c.told, c.happened_at, coalesce((
    SELECT l.fields ->> 'reference' FROM notifications.delivery l WHERE l.id = c.delivery_id), ''), c.attempts""")


def claim_call(session: Session) -> DueCall | None:
    """Take the call that is due longest into one's hands; None when none is."""
    row = session.execute(_CLAIM, {"lease": _LEASE}).first()
    return None if row is None else DueCall(*row)


_SETTLE: Final = text("""
UPDATE notifications.webhook_call SET code = :code, said = :said, arrived = :arrived,
    settled_at = CASE WHEN :arrived OR CAST(:rest AS interval) IS NULL THEN now() END,
    not_before = now() + coalesce(CAST(:rest AS interval), interval '0')
WHERE id = :id AND attempts = :attempts AND settled_at IS NULL""")


def record_call(session: Session, *, due: DueCall, arrived: bool, code: int | None, said: str) -> None:
    """Write down what came of a call; what did not arrive is tried again at flat intervals, for a day."""
    values = {"id": due.id, "attempts": due.attempts, "rest": rest_after(due.attempts)}
    session.execute(_SETTLE, {**values, "arrived": arrived, "code": code, "said": said})


def prune_webhook_calls(session: Session, *, now: datetime, limit: int) -> int:
    """Delete at most ``limit`` calls that were settled long ago; return how many."""
    return delete_some(session, WebhookCall, WebhookCall.settled_at < now - CALLS_LAST, limit=limit)
