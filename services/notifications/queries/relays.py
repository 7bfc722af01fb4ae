from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.notifications.rules.troubles import Lane, Trouble

_STANDSTILLS: Final = text("""
SELECT DISTINCT ON (lane) lane, trouble, said FROM notifications.relay_trouble t
WHERE NOT EXISTS (
    SELECT FROM notifications.relay r WHERE NOT EXISTS (
        SELECT FROM notifications.relay_trouble o WHERE o.lane = t.lane AND o.relay = r.name))
ORDER BY lane, since""")


def troubles(session: Session) -> dict[Lane, tuple[Trouble, str]]:
    """Return what holds each lane up, and the mail server's words: a lane goes on while one of them takes its mail."""
    rows = session.execute(_STANDSTILLS).all()
    return {row.lane: (row.trouble, row.said) for row in rows}


@dataclass(frozen=True)
class Flow:
    """How mail flows at this moment. ``oldest`` is how long the mail that is due longest has waited, by lane."""

    oldest: Mapping[str, float]
    settled: Mapping[tuple[str, str], int]
    """What the last hour came to: by relay and state."""
    doubts: int
    tasks: int
    unread: int
    """Messages that came back and nobody has read yet, or nobody understood."""


_OLDEST: Final = text("""
SELECT lane, coalesce(extract(epoch FROM now() - min(not_before)), 0) FROM (
    SELECT 'notices' AS lane, not_before FROM notifications.delivery
    WHERE campaign_id IS NULL AND state IN ('queued', 'deferred') AND not_before <= now()
    UNION ALL
    SELECT 'campaigns', d.not_before FROM notifications.campaign c CROSS JOIN LATERAL (
        SELECT not_before FROM notifications.delivery d
        WHERE d.campaign_id = c.id AND d.state IN ('queued', 'deferred') AND d.not_before <= now()
        ORDER BY d.not_before LIMIT 1) d
    WHERE c.state = 'sending' AND NOT c.words_changed
) waiting GROUP BY lane""")
_SETTLED: Final = text("""
SELECT coalesce(relay, ''), state, count(*) FROM notifications.delivery
WHERE settled_at > now() - interval '1 hour' GROUP BY 1, 2""")
_LEFT: Final = text("""
SELECT (SELECT count(*) FROM notifications.delivery WHERE state = 'uncertain') AS doubts,
    (SELECT count(*) FROM notifications.unreached WHERE state = 'open') AS tasks,
    (SELECT count(*) FROM notifications.returned_mail WHERE settled_at IS NULL OR kind = 'unreadable') AS unread""")


def flow(session: Session) -> Flow:
    """Return how mail flows."""
    oldest = {"notices": 0.0, "campaigns": 0.0}
    oldest |= {lane: float(seconds) for lane, seconds in session.execute(_OLDEST)}
    settled = {(relay, state): count for relay, state, count in session.execute(_SETTLED)}
    left = session.execute(_LEFT).one()
    return Flow(oldest, settled, left.doubts, left.tasks, left.unread)
