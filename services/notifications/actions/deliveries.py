"""The ledger's steps: claim deliveries, record what came of them, call back what is not begun.

All moments are PostgreSQL's: the clocks of two machines never meet in one comparison.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.notifications.actions.unreached import open_tasks
from services.notifications.actions.webhooks import tell_webhooks
from services.notifications.rules.retries import Settled
from services.notifications.rules.webhooks import TOLD


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
    attempts: int
    tried_for: timedelta
    """Since the first try."""
    resent: bool


@dataclass(frozen=True)
class _Claim:
    """Who claims how much of what."""

    token: UUID
    limit: int
    relay: str
    campaign_id: UUID | None = None
    words_version: int | None = None


@dataclass(frozen=True)
class ClaimedBatch:
    """What one sender holds, in the order in which it is sent. ``found`` counts the suppressed ones as well."""

    token: UUID
    deliveries: Sequence[Claimed]
    found: int


_TAKE = """
UPDATE notifications.delivery d SET
    state = CASE WHEN j.reason IS NULL THEN 'sending' WHEN j.reason = 'late' THEN 'failed' ELSE 'suppressed' END,
    reason = j.reason,
    claim_token = CASE WHEN j.reason IS NULL THEN CAST(:token AS uuid) END,
    lease_until = NULL,
    words_version = CASE WHEN j.reason IS NULL THEN CAST(:words_version AS int) ELSE d.words_version END,
    attempts = d.attempts + CASE WHEN j.reason IS NULL THEN 1 ELSE 0 END,
    first_tried_at = coalesce(d.first_tried_at, now()),
    settled_at = CASE WHEN j.reason IS NOT NULL THEN now() END
FROM judged j WHERE d.id = j.id
RETURNING d.state, d.id, d.campaign_id, d.kind, d.person_id, d.about_id, d.address, d.addressee, d.locale, d.fields,
    d.attempts, now() - d.first_tried_at, d.resent"""

_STILL = "(s.expires_at IS NULL OR s.expires_at > now())"

_CLAIM_NOTICES = text(f"""
WITH due AS (
    SELECT id, address, useless_after FROM notifications.delivery
    WHERE campaign_id IS NULL AND state IN ('queued', 'deferred') AND not_before <= now()
    ORDER BY not_before, id LIMIT :limit FOR UPDATE SKIP LOCKED
), judged AS (
    SELECT due.id, CASE
        WHEN EXISTS (SELECT FROM notifications.suppression s
                     WHERE s.address = lower(due.address) AND s.covers = 'everything'
                         AND {_STILL}) THEN 'suppressed'
        WHEN due.useless_after < now() THEN 'late' END AS reason
    FROM due
){_TAKE}""")  # noqa: S608 - constants of this module

_CLAIM_CAMPAIGN = text(f"""
WITH due AS (
    SELECT d.id, d.address, d.person_id, c.topic_id
    FROM notifications.delivery d JOIN notifications.campaign c
        ON c.id = d.campaign_id AND c.state = 'sending' AND NOT c.words_changed
    WHERE d.campaign_id = :campaign_id AND d.state IN ('queued', 'deferred') AND d.not_before <= now()
    ORDER BY d.not_before, d.id LIMIT :limit FOR UPDATE OF d SKIP LOCKED
), judged AS (
    SELECT due.id, CASE
        WHEN EXISTS (SELECT FROM notifications.opt_out o
                     WHERE o.person_id = due.person_id AND o.topic_id = due.topic_id) THEN 'opted_out'
        WHEN EXISTS (SELECT FROM notifications.suppression s
                     WHERE s.address = lower(due.address)
                         AND {_STILL}) THEN 'suppressed' END AS reason
    FROM due
){_TAKE}""")  # noqa: S608 - constants of this module

_IN_HAND = text("""
UPDATE notifications.sender
SET campaign_id = :campaign_id, relay = :relay, on_wire = NULL, until = NULL, revoked = false
WHERE id = :token""")


def claim_notices(session: Session, *, token: UUID, limit: int, relay: str) -> ClaimedBatch | None:
    """Put up to ``limit`` notices that are due into the hands of the sender ``token``; None when there are none."""
    return _claim(session, _CLAIM_NOTICES, _Claim(token, limit, relay))


def claim_campaign_mail(
    session: Session, *, token: UUID, campaign_id: UUID, words_version: int, limit: int, relay: str
) -> ClaimedBatch | None:
    """Put up to ``limit`` mails of a campaign that is being sent into the hands of the sender ``token``.

    They are going to be made of the agreed text ``words_version``. Who has opted out of the topic by now, and who may
    not be mailed, is not sent to; pausing is checked here.
    """
    return _claim(session, _CLAIM_CAMPAIGN, _Claim(token, limit, relay, campaign_id, words_version))


def _claim(session: Session, statement: Any, wanted: _Claim) -> ClaimedBatch | None:
    session.execute(_IN_HAND, asdict(wanted))
    rows = session.execute(statement, asdict(wanted)).all()
    if not rows:
        return None
    if wanted.campaign_id is None and any(row[0] != "sending" for row in rows):
        left_out = [row[1] for row in rows if row[0] != "sending"]
        open_tasks(session, delivery_ids=left_out)
        tell_webhooks(session, delivery_ids=left_out)
    held = sorted((Claimed(*row[1:]) for row in rows if row[0] == "sending"), key=lambda one: one.id)
    return ClaimedBatch(token=wanted.token, deliveries=held, found=len(rows))


_RECORD = text("""
UPDATE notifications.delivery d SET
    state = r.state, reply_code = coalesce(r.code, d.reply_code), reply_text = coalesce(r.said, d.reply_text),
    reason = r.reason, resent = d.resent OR r.again,
    not_before = CASE WHEN r.rest > interval '0' THEN now() + r.rest ELSE d.not_before END,
    attempts = d.attempts - CASE WHEN r.untried THEN 1 ELSE 0 END,
    settled_at = CASE WHEN r.state IN ('sent', 'failed', 'uncertain') THEN now() END,
    relay = coalesce((SELECT s.relay FROM notifications.sender s WHERE s.id = :token), d.relay),
    claim_token = NULL, lease_until = NULL
FROM unnest(CAST(:ids AS uuid[]), CAST(:states AS text[]), CAST(:codes AS int[]), CAST(:texts AS text[]),
            CAST(:reasons AS text[]), CAST(:rests AS interval[]), CAST(:agains AS bool[]), CAST(:untried AS bool[]))
     AS r (id, state, code, said, reason, rest, again, untried)
WHERE d.id = r.id AND d.state = 'sending' AND d.claim_token = :token""")


_LOCK_SENDER: Final = text("SELECT FROM notifications.sender WHERE id = :token FOR UPDATE")


def record_results(session: Session, *, token: UUID, results: Iterable[Settled]) -> int:
    """Write what became of deliveries in the hands of the sender ``token``; return how many.

    What was taken from it meanwhile is left as it is: the token fences it off. Campaigns do not try an address again
    that the relay calls unknown, until somebody sends to it by name or a notice arrives there.
    """
    done = list(results)
    if not done:
        return 0
    session.execute(_LOCK_SENDER, {"token": token})  # its row before the deliveries, as everybody does
    written = session.execute(
        _RECORD,
        {
            "token": token,
            "ids": [result.delivery_id for result in done],
            "states": [result.state for result in done],
            "codes": [result.code for result in done],
            "texts": [result.text for result in done],
            "reasons": [result.reason for result in done],
            "rests": [result.rest for result in done],
            "agains": [result.again for result in done],
            "untried": [result.untried for result in done],
        },
    )
    unknown = [result.delivery_id for result in done if result.unknown]
    if unknown:
        session.execute(_SUPPRESS_UNKNOWN, {"ids": unknown})
    settled = [result.delivery_id for result in done if result.state in TOLD]
    if settled:
        tell_webhooks(session, delivery_ids=settled)
    failed = [result.delivery_id for result in done if result.state == "failed"]
    if failed:
        open_tasks(session, delivery_ids=failed)
    return int(written.rowcount)  # type: ignore[attr-defined]


_SUPPRESS_UNKNOWN: Final = text("""
INSERT INTO notifications.suppression AS s (id, address, covers, reason, note)
SELECT DISTINCT ON (lower(address)) gen_random_uuid(), lower(address), 'campaigns', 'refused', coalesce(reply_text, '')
FROM notifications.delivery WHERE id = ANY(:ids) AND state = 'failed'
ON CONFLICT (address) DO UPDATE
SET covers = 'campaigns', reason = 'refused', note = excluded.note, delivery_id = NULL, expires_at = NULL,
    created_at = now()
WHERE s.expires_at <= now()""")
"""What is in force already says more than a refusal; what has run out says nothing any more."""

_ARRIVES: Final = text("""
DELETE FROM notifications.suppression s USING notifications.delivery d
WHERE d.id = ANY(:ids) AND s.address = lower(d.address) AND s.covers = 'campaigns' AND s.reason = ANY(:reasons)""")


def trust_again(session: Session, *, delivery_ids: Sequence[UUID], reasons: Sequence[str] = ("refused",)) -> None:
    """Take the addresses of deliveries from those that campaigns leave out for one of ``reasons``.

    A mail that our own mail server took disproves what that server said before, not what others reported.
    """
    session.execute(_ARRIVES, {"ids": list(delivery_ids), "reasons": list(reasons)})


_SENDERS_OF: Final = text("""
UPDATE notifications.sender SET revoked = true WHERE campaign_id = :campaign_id""")

_CALL_BACK: Final = text("""
UPDATE notifications.delivery d SET state = 'queued', claim_token = NULL, lease_until = NULL, attempts = d.attempts - 1
FROM notifications.sender s
WHERE s.campaign_id = :campaign_id AND d.claim_token = s.id AND d.campaign_id = :campaign_id AND d.state = 'sending'
    AND (s.until IS NULL OR d.id > s.until)""")


def call_back(session: Session, *, campaign_id: UUID) -> int:
    """Take back from all senders what they have not begun of a campaign; return how many mails that were.

    Once the transaction has ended the senders begin no further mail of it. Change the campaign's state in the same
    transaction, or they will claim again.
    """
    session.execute(text("NOTIFY call_back"))
    session.execute(_SENDERS_OF, {"campaign_id": campaign_id})
    return int(session.execute(_CALL_BACK, {"campaign_id": campaign_id}).rowcount)  # type: ignore[attr-defined]
