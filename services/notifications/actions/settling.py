"""Judging what senders left in the ledger when they died."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.notifications.actions.deliveries import record_results
from services.notifications.rules.retries import Settled, after_doubt

_SENDERS: Final = text("SELECT id, lock FROM notifications.sender")
_FREE: Final = text("SELECT pg_try_advisory_xact_lock(:lock)")

_WITHOUT_SENDER: Final = text("""
SELECT DISTINCT claim_token FROM notifications.delivery d
WHERE state = 'sending' AND (lease_until IS NULL OR lease_until < now())
    AND NOT EXISTS (SELECT FROM notifications.sender s WHERE s.id = d.claim_token)""")


def dead_senders(session: Session) -> frozenset[UUID]:
    """Return the tokens of senders that do not live any more: nobody holds their lock.

    One whose line broke may be about to record what it did: give it a moment before :func:`settle_dead`.
    """
    dead = {
        row.id for row in session.execute(_SENDERS).all() if session.execute(_FREE, {"lock": row.lock}).scalar_one()
    }
    return frozenset(dead | set(session.execute(_WITHOUT_SENDER).scalars()))


_HELD: Final = text("""
SELECT d.id, d.campaign_id IS NULL AS notice, d.resent, s.id IS NULL AS unnoted, s.on_wire, s.until
FROM notifications.delivery d LEFT JOIN notifications.sender s ON s.id = d.claim_token
WHERE d.claim_token = :token AND d.state = 'sending' ORDER BY d.id FOR UPDATE OF d""")


def settle_dead(session: Session, *, tokens: Iterable[UUID], on_wire: Callable[[UUID], UUID | None]) -> int:
    """Settle what dead senders held: what they had finished is sent, what they had not begun goes back to the queue.

    In doubt is what may have been on the wire: one mail, where ``on_wire`` knows it or the relay took its time; else
    the few that one note was about. A doubtful notice is sent once more with its Message-ID; a doubtful campaign mail
    waits for a human. Returns how many deliveries were settled.
    """
    settled = 0
    for token in tokens:
        session.execute(text("SELECT FROM notifications.sender WHERE id = :id FOR UPDATE"), {"id": token})
        exact = on_wire(token)
        results = []
        for row in session.execute(_HELD, {"token": token}).all():
            first, last = row.on_wire, row.until
            if first is not None and exact is not None and first <= exact <= last:
                first = last = exact
            if first is not None and row.id < first:
                results.append(Settled(row.id, "sent", code=250))
            elif row.unnoted or (first is not None and row.id <= last):
                results.append(after_doubt(row.id, notice=row.notice, resent=row.resent, reason="sender_lost"))
            else:
                results.append(Settled(row.id, "queued", untried=True))
        settled += record_results(session, token=token, results=results)
        session.execute(text("DELETE FROM notifications.sender WHERE id = :id"), {"id": token})
    return settled
