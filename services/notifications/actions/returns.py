"""What came back: kept first, so that whoever brought it may forget it; then read, and acted upon."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.notifications.actions.brakes import brake
from services.notifications.actions.opt_outs import opt_out
from services.notifications.actions.replies import pass_on
from services.notifications.actions.suppressions import suppress_address
from services.notifications.actions.unreached import open_tasks
from services.notifications.actions.webhooks import tell_webhooks
from services.notifications.queries.campaigns import subscription_of
from services.notifications.rules.return_addresses import Ticket
from services.notifications.rules.returns import Returned, read_returned
from shared.deeds import Deed
from shared.facts.notifications import MailCameBack
from shared.outbox import record
from shared.schema.base import new_id

MOST_FOR_ONE: Final = 20
"""So much may come back of one mail. Whoever holds its address can fill no more than that."""
FAILURES_ALLOWED: Final = 3
DEAD_FOR: Final = timedelta(days=180)
"""After half a year an address that was dead may be tried again: people come back to their employers."""
SOFT_MANY: Final = 3
SOFT_WITHIN: Final = timedelta(days=30)
SOFT_FOR: Final = timedelta(days=30)

_KEEP: Final = text("""
INSERT INTO notifications.returned_mail (id, digest, purpose, delivery_id, raw)
VALUES (:id, :digest, :purpose, :delivery_id, :raw) ON CONFLICT (digest) DO NOTHING RETURNING id""")


def has_room(session: Session, *, ticket: Ticket) -> bool:
    """Say whether anything more may come back of a delivery."""
    statement = text("SELECT count(*) FROM notifications.returned_mail WHERE delivery_id = :id")
    return int(session.execute(statement, {"id": ticket.delivery_id}).scalar_one()) < MOST_FOR_ONE


def keep_returned(session: Session, *, raw: bytes, ticket: Ticket | None) -> bool:
    """Keep a message that came to the address that ``ticket`` was read from; False when it is here already."""
    to = "" if ticket is None else f"{ticket.purpose}{ticket.delivery_id}"
    kept = session.execute(
        _KEEP,
        {
            "id": new_id(),
            "digest": hashlib.sha256(to.encode("ascii") + b"\n" + raw).hexdigest(),
            "purpose": ticket.purpose if ticket else "",
            "delivery_id": ticket.delivery_id if ticket else None,
            "raw": raw,
        },
    )
    return kept.first() is not None


_WAITING: Final = text("""
SELECT r.id, r.raw, r.purpose, r.delivery_id, r.failures FROM notifications.returned_mail r
WHERE r.settled_at IS NULL AND NOT EXISTS (
    SELECT FROM notifications.delivery d WHERE d.id = r.delivery_id AND d.state = 'sending')
ORDER BY r.failures, r.received_at LIMIT 1 FOR UPDATE SKIP LOCKED""")

_DELIVERY: Final = text("""
SELECT id, state, campaign_id, person_id, edition_id, kind FROM notifications.delivery WHERE id = :id FOR UPDATE""")

_SETTLED: Final = text("""
UPDATE notifications.returned_mail SET kind = CAST(:kind AS text), lasting = :lasting, status = :status, said = :said,
    edition_id = :edition_id, person_id = :person_id, settled_at = now(),
    raw = CASE WHEN CAST(:kind AS text) IN ('unknown', 'unreadable') THEN raw END
WHERE id = :id""")


@dataclass(frozen=True)
class Waiting:
    """One message that is to be read."""

    id: UUID
    raw: bytes
    purpose: str
    delivery_id: UUID | None
    failures: int


def next_returned(session: Session) -> Waiting | None:
    """Take the next message to read; one about a delivery that is just being sent waits until that is settled."""
    row = session.execute(_WAITING).first()
    return None if row is None else Waiting(*row)


def settle_returned(
    session: Session, waiting: Waiting, *, find: Callable[[bytes], Ticket | None], now: datetime
) -> None:
    """Read a message and do what follows from it, once. ``find`` looks in it for a ticket when its address had none."""
    ticket_id, purpose = waiting.delivery_id, waiting.purpose
    if ticket_id is None and (found := find(waiting.raw)):
        ticket_id, purpose = found.delivery_id, found.purpose
    about = session.execute(_DELIVERY, {"id": ticket_id}).first() if ticket_id else None
    if about is None:
        _close(session, waiting, about, "unknown", Returned("reply"))
        return
    meant = read_returned(waiting.raw)
    if purpose == "u" and meant.kind == "reply":
        _unsubscribe(session, about.id, now)
        _close(session, waiting, about, "unsubscribe", meant)
        return
    _close(session, waiting, about, meant.kind, meant)
    if meant.kind in {"bounced", "complained"}:
        _came_back(session, about, meant, now)
    elif about.state == "uncertain" and meant.kind != "delayed":
        session.execute(_ARRIVED, {"id": about.id})
    if meant.kind == "reply":
        pass_on(session, delivery_id=about.id, reply=meant, cause=waiting.id, now=now)


def give_up_on(session: Session, *, returned_id: UUID) -> None:
    """Count a message that could not be read; after some tries it is kept for a human to look at."""
    session.execute(
        text("""
        UPDATE notifications.returned_mail SET failures = failures + 1,
            kind = CASE WHEN failures + 1 >= :allowed THEN 'unreadable' END,
            settled_at = CASE WHEN failures + 1 >= :allowed THEN now() END
        WHERE id = :id AND settled_at IS NULL"""),
        {"id": returned_id, "allowed": FAILURES_ALLOWED},
    )


def _close(session: Session, waiting: Waiting, about: Any, kind: str, meant: Returned) -> None:
    session.execute(
        _SETTLED,
        {
            "id": waiting.id,
            "kind": kind,
            "lasting": meant.lasting,
            "status": meant.status,
            "said": meant.said,
            "edition_id": about.edition_id if about else None,
            "person_id": about.person_id if about else None,
        },
    )


def _unsubscribe(session: Session, delivery_id: UUID, now: datetime) -> None:
    found = subscription_of(session, delivery_id=delivery_id)
    if found is not None and found.person_id is not None:
        opt_out(session, person_id=found.person_id, topic_id=found.topic_id, source="mail", now=now)


_CAME_BACK: Final = text("""
UPDATE notifications.delivery SET state = CAST(:state AS text), reason = :reason,
    reply_text = coalesce(nullif(CAST(:said AS text), ''), reply_text), settled_at = now()
WHERE id = :id AND state IN ('sent', 'uncertain', 'bounced')
    AND (state <> 'bounced' OR CAST(:state AS text) = 'complained' OR reason <> 'bounced')""")

_ARRIVED: Final = text("""
UPDATE notifications.delivery SET state = 'sent', reason = 'proved', settled_at = now()
WHERE id = :id AND state = 'uncertain'""")

_SOFT: Final = text("""
SELECT count(DISTINCT delivery_id) FROM notifications.returned_mail
WHERE person_id = :person_id AND kind = 'bounced' AND received_at > now() - :within""")


def _came_back(session: Session, about: Any, meant: Returned, now: datetime) -> None:
    """Write down that a mail did not arrive, or was not wanted; a report of what was never sent changes nothing."""
    complained = meant.kind == "complained"
    reason = None if complained else "bounced" if meant.lasting else "bounced_for_now"
    state = "complained" if complained else "bounced"
    changed = session.execute(
        _CAME_BACK, {"id": about.id, "state": state, "reason": reason, "said": meant.said}
    ).rowcount  # type: ignore[attr-defined]
    if not changed:
        return
    tell_webhooks(session, delivery_ids=[about.id])
    fact = MailCameBack(
        delivery_id=about.id,
        person_id=about.person_id,
        edition_id=about.edition_id,
        outcome=state,
        lasting=meant.lasting,
    )
    record(session, fact, Deed(None, now))
    lasts = _suppressed_for(session, about.person_id, meant)
    if complained or lasts:
        suppress_address(
            session,
            delivery_id=about.id,
            person_id=about.person_id,
            reason="complained" if complained else "bounced",
            note=meant.said,
            lasts=lasts,
            now=now,
        )
    if not complained:
        open_tasks(session, delivery_ids=[about.id])
    if meant.lasting and about.campaign_id is not None:
        brake(session, campaign_id=about.campaign_id, now=now)


def _suppressed_for(session: Session, person_id: UUID | None, meant: Returned) -> timedelta | None:
    if meant.lasting:
        return DEAD_FOR
    if meant.kind == "bounced" and person_id is not None:
        many = session.execute(_SOFT, {"person_id": person_id, "within": SOFT_WITHIN}).scalar_one()
        return SOFT_FOR if many >= SOFT_MANY else None
    return None
