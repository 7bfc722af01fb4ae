from __future__ import annotations

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
