from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

_FINISH = text("""
UPDATE notifications.campaign c SET state = 'finished', finished_at = :now, updated_at = :now
WHERE c.state = 'sending' AND NOT EXISTS (
    SELECT FROM notifications.delivery d
    WHERE d.campaign_id = c.id AND d.state IN ('queued', 'sending', 'deferred'))""")


def finish_campaigns(session: Session, *, now: datetime) -> int:
    """Close every campaign that has nothing left to send; return how many."""
    return int(session.execute(_FINISH, {"now": now}).rowcount)  # type: ignore[attr-defined]
