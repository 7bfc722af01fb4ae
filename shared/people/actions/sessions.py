"""Sessions open, are seen, and end. Only registration writes them; every service reads them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal, cast
from uuid import UUID

from sqlalchemy import func, insert, update
from sqlalchemy.orm import Session

from shared.deeds import Deed
from shared.facts.people import NewBrowserSignedIn
from shared.outbox import record
from shared.people.rules.sign_in import NAME
from shared.schema.people.credentials import SessionRow
from shared.secrets import hash_of, new_secret
from shared.web.door.lifetimes import ABSOLUTE

if TYPE_CHECKING:
    from sqlalchemy import Table

_OPEN: Final = insert(cast("Table", SessionRow.__table__))


def open_session(session: Session, *, person_id: UUID, means: Literal["link", "staff"], now: datetime) -> str:
    """Open a session for the person and return its secret, for :func:`shared.web.door.sessions.remember_session`.

    ``means`` is how the person proved who it is: a mailed link opens no desk.
    """
    secret = new_secret()
    session.flush()  # the row refers to the person, whom the caller may have added to the unit of work
    session.connection().execute(
        _OPEN,
        {
            "token_hash": hash_of(secret),
            "person_id": person_id,
            "means": means,
            "opened_at": now,
            "seen_at": now,
            "expires_at": now + ABSOLUTE[means],
        },
    )
    return secret


def tell_new_browser(session: Session, *, person_id: UUID, now: datetime) -> None:
    """Have the person told that a browser which was never in before has just signed in as them."""
    record(session, NewBrowserSignedIn(person_id=person_id), Deed(person_id, now))


def end_session_named(session: Session, *, name: str, deed: Deed) -> None:
    """End that session of the doer which :func:`shared.people.queries.sessions.open_sessions` calls ``name``."""
    session.execute(
        update(SessionRow)
        .where(
            SessionRow.person_id == deed.doer,
            func.left(SessionRow.token_hash, NAME) == name,
            SessionRow.revoked_at.is_(None),
        )
        .values(revoked_at=deed.at)
    )


def end_session(session: Session, *, token_hash: str, now: datetime) -> None:
    """End one session at once, in all services."""
    session.execute(
        update(SessionRow)
        .where(SessionRow.token_hash == token_hash, SessionRow.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def end_sessions_of(session: Session, *, person_id: UUID, now: datetime, keep: str = "") -> None:
    """End all sessions of the person at once, but for the one whose hash is ``keep``."""
    session.execute(
        update(SessionRow)
        .where(SessionRow.person_id == person_id, SessionRow.token_hash != keep, SessionRow.revoked_at.is_(None))
        .values(revoked_at=now)
    )
