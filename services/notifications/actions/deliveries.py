"""The ledger's steps: claim, record what came of it, and settle what a crash left open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.notifications.gateways.journal import Journal
from services.notifications.rules.retries import Settled, after_doubt, settle
from shared.schema.base import new_id

LEASE: Final = timedelta(seconds=120)
"""Longer than any batch can take: a batch stops after 15 s and one message waits at most 20 s per answer."""
_CLAIM_LOCK: Final = 0x4D41494C
"""Claims queue up for a few milliseconds each, so that the number of senders can be counted."""


@dataclass(frozen=True)
class Claimed:
    """One delivery in the hands of one sender."""

    id: UUID
    campaign_id: UUID | None
    kind: str
    person_id: UUID | None
    about_id: UUID | None
    address: str
    addressee: str
    locale: str
    fields: dict[str, Any]
    first_tried_at: datetime
    resent: bool


@dataclass(frozen=True)
class ClaimedBatch:
    """What one sender holds under one token. ``found`` counts rows taken from the queue, suppressed ones included."""

    token: UUID
    deliveries: Sequence[Claimed]
    found: int


_RETURNED = """d.id, d.campaign_id, d.kind, d.person_id, d.about_id, d.address, d.addressee, d.locale, d.fields,
    d.first_tried_at, d.resent"""

_TAKE = f"""
UPDATE notifications.delivery d SET
    state = CASE WHEN j.reason IS NULL THEN 'sending' WHEN j.reason = 'late' THEN 'failed' ELSE 'suppressed' END,
    reason = j.reason,
    claim_token = CASE WHEN j.reason IS NULL THEN CAST(:token AS uuid) END,
    lease_until = CASE WHEN j.reason IS NULL THEN CAST(:lease_until AS timestamptz) END,
    attempts = d.attempts + CASE WHEN j.reason IS NULL THEN 1 ELSE 0 END,
    first_tried_at = coalesce(d.first_tried_at, CAST(:now AS timestamptz)),
    settled_at = CASE WHEN j.reason IS NULL THEN NULL ELSE CAST(:now AS timestamptz) END
FROM judged j WHERE d.id = j.id
RETURNING d.state, {_RETURNED}"""  # noqa: S608 - constants of this module

_CLAIM_NOTICES = text(f"""
WITH due AS (
    SELECT id, address, useless_after FROM notifications.delivery
    WHERE campaign_id IS NULL AND state IN ('queued', 'deferred') AND not_before <= :now
    ORDER BY not_before, id LIMIT :limit FOR UPDATE SKIP LOCKED
), judged AS (
    SELECT due.id, CASE
        WHEN EXISTS (SELECT FROM notifications.suppression s
                     WHERE s.address = lower(due.address) AND s.covers = 'everything') THEN 'suppressed'
        WHEN due.useless_after < :now THEN 'late' END AS reason
    FROM due
){_TAKE}""")  # noqa: S608 - constants of this module

_CLAIM_CAMPAIGN = text(f"""
WITH due AS (
    SELECT d.id, d.address, d.person_id, c.topic_id
    FROM notifications.delivery d JOIN notifications.campaign c ON c.id = d.campaign_id AND c.state = 'sending'
    WHERE d.campaign_id = :campaign_id AND d.state IN ('queued', 'deferred') AND d.not_before <= :now
    ORDER BY d.not_before, d.id LIMIT :limit FOR UPDATE OF d SKIP LOCKED
), judged AS (
    SELECT due.id, CASE
        WHEN EXISTS (SELECT FROM notifications.opt_out o
                     WHERE o.person_id = due.person_id AND o.topic_id = due.topic_id) THEN 'opted_out'
        WHEN EXISTS (SELECT FROM notifications.suppression s
                     WHERE s.address = lower(due.address)) THEN 'suppressed' END AS reason
    FROM due
){_TAKE}""")  # noqa: S608 - constants of this module

_SENDERS = text("""
SELECT count(DISTINCT claim_token) FROM notifications.delivery
WHERE state = 'sending' AND lease_until > :now AND (campaign_id IS NULL) = :notices""")


def claim_notices(session: Session, *, limit: int, senders: int, now: datetime) -> ClaimedBatch | None:
    """Take up to ``limit`` notices that are due, or None when there are none or ``senders`` are at work already."""
    if _busy(session, senders=senders, notices=True, now=now):
        return None
    return _claim(session, _CLAIM_NOTICES, {"limit": limit}, now=now)


def claim_campaign_mail(
    session: Session, *, campaign_id: UUID, limit: int, senders: int, now: datetime
) -> ClaimedBatch | None:
    """Take up to ``limit`` mails of a campaign that is being sent, as :func:`claim_notices` does.

    Who has opted out of the topic by now, and who may not be mailed, is not sent to; pausing is checked here.
    """
    if _busy(session, senders=senders, notices=False, now=now):
        return None
    return _claim(session, _CLAIM_CAMPAIGN, {"limit": limit, "campaign_id": campaign_id}, now=now)


def _busy(session: Session, *, senders: int, notices: bool, now: datetime) -> bool:
    session.execute(text("SELECT pg_advisory_xact_lock(:lock, :lane)"), {"lock": _CLAIM_LOCK, "lane": int(notices)})
    return int(session.execute(_SENDERS, {"now": now, "notices": notices}).scalar_one()) >= senders


def _claim(session: Session, statement: Any, values: dict[str, object], *, now: datetime) -> ClaimedBatch | None:
    token = new_id()
    rows = session.execute(statement, {**values, "token": token, "lease_until": now + LEASE, "now": now}).all()
    if not rows:
        return None
    held = [Claimed(*row[1:]) for row in rows if row[0] == "sending"]
    return ClaimedBatch(token=token, deliveries=held, found=len(rows))


_RECORD = text("""
UPDATE notifications.delivery d SET
    state = r.state, reply_code = coalesce(r.code, d.reply_code), reply_text = coalesce(r.said, d.reply_text),
    reason = r.reason, not_before = coalesce(r.not_before, d.not_before), resent = d.resent OR r.again,
    attempts = d.attempts - CASE WHEN r.untried THEN 1 ELSE 0 END,
    settled_at = CASE WHEN r.state IN ('sent', 'failed', 'uncertain') THEN CAST(:now AS timestamptz) END,
    claim_token = NULL, lease_until = NULL
FROM unnest(CAST(:ids AS uuid[]), CAST(:states AS text[]), CAST(:codes AS int[]), CAST(:texts AS text[]),
            CAST(:reasons AS text[]), CAST(:rests AS timestamptz[]), CAST(:agains AS bool[]), CAST(:untried AS bool[]))
     AS r (id, state, code, said, reason, not_before, again, untried)
WHERE d.id = r.id AND d.state = 'sending' AND d.claim_token = :token""")


def record_results(session: Session, *, token: UUID, results: Iterable[Settled], now: datetime) -> int:
    """Write what became of deliveries claimed under ``token``; return how many.

    Rows whose lease lapsed and were settled by somebody else are left as they are: the token fences them off.
    """
    done = list(results)
    if not done:
        return 0
    written = session.execute(
        _RECORD,
        {
            "token": token,
            "now": now,
            "ids": [result.delivery_id for result in done],
            "states": [result.state for result in done],
            "codes": [result.code for result in done],
            "texts": [result.text for result in done],
            "reasons": [result.reason for result in done],
            "rests": [result.not_before for result in done],
            "agains": [result.again for result in done],
            "untried": [result.untried for result in done],
        },
    )
    return int(written.rowcount)  # type: ignore[attr-defined]


_LAPSED = text("""
SELECT id, claim_token, campaign_id IS NULL, resent, first_tried_at FROM notifications.delivery
WHERE state = 'sending' AND lease_until < :now
ORDER BY lease_until LIMIT :limit FOR UPDATE SKIP LOCKED""")


def settle_lapsed(session: Session, *, journal: Journal, now: datetime, limit: int = 1000) -> int:
    """Settle deliveries whose sender has disappeared: from the journal where it knows, as doubts where not.

    A doubtful notice is sent once more with its Message-ID; a doubtful campaign mail waits for a human. Returns how
    many were settled.
    """
    rows = session.execute(_LAPSED, {"now": now, "limit": limit}).all()
    settled = 0
    for token in {row[1] for row in rows}:
        noted = journal.read(token)
        results = []
        for delivery_id, _, notice, resent, first_tried_at in (row for row in rows if row[1] == token):
            reply = noted.replies.get(delivery_id)
            if reply is not None:
                results.append(
                    settle(
                        delivery_id,
                        code=reply.code,
                        text=reply.text,
                        stage=reply.stage,
                        first_tried_at=first_tried_at,
                        now=now,
                    )
                )
            elif noted.whole and delivery_id not in noted.begun:
                results.append(Settled(delivery_id, "queued", untried=True))
            else:
                results.append(after_doubt(delivery_id, notice=notice, resent=resent, reason="sender_lost", now=now))
        settled += record_results(session, token=token, results=results, now=now)
    return settled
