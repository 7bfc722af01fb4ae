"""Where somebody is signed in."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from shared.people.rules.sign_in import NAME
from shared.schema.people.credentials import SessionRow
from shared.web.door.lifetimes import IDLE


class SignedInBrowser(NamedTuple):
    """A browser in which somebody is signed in; ``name`` tells it from the person's others."""

    name: str
    means: str
    opened_at: datetime
    seen_at: datetime
    is_this: bool


def open_sessions(session: Session, *, person_id: UUID, here: str, now: datetime) -> list[SignedInBrowser]:
    """Return the person's sessions that still open something, the newest first; ``here`` is the hash of the asker's."""
    alive = or_(*((SessionRow.means == means) & (SessionRow.seen_at > now - idle) for means, idle in IDLE.items()))
    rows = session.scalars(
        select(SessionRow)
        .where(SessionRow.person_id == person_id, SessionRow.revoked_at.is_(None), SessionRow.expires_at > now, alive)
        .order_by(SessionRow.opened_at.desc())
    )
    return [
        SignedInBrowser(row.token_hash[:NAME], row.means, row.opened_at, row.seen_at, row.token_hash == here)
        for row in rows
    ]
