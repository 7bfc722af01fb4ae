"""The ledger, read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from shared.schema.notifications.deliveries import Delivery

_WAITS = text("""
SELECT EXISTS (SELECT FROM notifications.delivery
               WHERE campaign_id IS NULL AND state IN ('queued', 'deferred') AND not_before <= :now)
    OR EXISTS (SELECT FROM notifications.campaign c WHERE c.state = 'sending' AND EXISTS (
               SELECT FROM notifications.delivery d WHERE d.campaign_id = c.id
               AND d.state IN ('queued', 'deferred') AND d.not_before <= :now))""")


def mail_waits(session: Session, *, now: datetime) -> bool:
    """Say whether anything is due to be sent."""
    return bool(session.execute(_WAITS, {"now": now}).scalar_one())


@dataclass(frozen=True)
class LedgerRow:
    """One line of who got what."""

    id: UUID
    person_id: UUID | None
    addressee: str
    address: str
    locale: str
    state: str
    attempts: int
    reply_code: int | None
    reply_text: str | None
    reason: str | None
    not_before: datetime
    settled_at: datetime | None


def ledger_of(
    session: Session, *, campaign_id: UUID, state: str | None, after: UUID | None = None, limit: int, offset: int = 0
) -> Sequence[LedgerRow]:
    """Return one page of a campaign's deliveries, by name; with ``after`` by id instead, for the API."""
    wanted = select(
        Delivery.id,
        Delivery.person_id,
        Delivery.addressee,
        Delivery.address,
        Delivery.locale,
        Delivery.state,
        Delivery.attempts,
        Delivery.reply_code,
        Delivery.reply_text,
        Delivery.reason,
        Delivery.not_before,
        Delivery.settled_at,
    ).where(Delivery.campaign_id == campaign_id)
    if state:
        wanted = wanted.where(Delivery.state == state)
    if after:
        wanted = wanted.where(Delivery.id > after).order_by(Delivery.id)
    else:
        wanted = wanted.order_by(Delivery.addressee, Delivery.id).offset(offset)
    return [LedgerRow(*row) for row in session.execute(wanted.limit(limit))]  # type: ignore[call-arg]  # the columns above are its fields
