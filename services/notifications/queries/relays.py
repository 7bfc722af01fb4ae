from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.notifications.rules.troubles import Lane, Trouble


def troubles(session: Session) -> dict[Lane, tuple[Trouble, str]]:
    """Return what holds each lane up, and the mail server's words."""
    rows = session.execute(text("SELECT lane, trouble, said FROM notifications.relay_trouble")).all()
    return {row.lane: (row.trouble, row.said) for row in rows}
