"""What was typed when a sign-in came between. Kept for an hour, sealed, for the browser that sent it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from shared.schema.outbox.kept_forms import KeptForm
from shared.secrets import hash_of

KEPT: Final = timedelta(hours=1)
MOST: Final = 1000
"""Forms that are kept at once, whoever sent them, so that strangers cannot fill the disk."""


def keep_form(session: Session, *, secret: str, sealed: str, now: datetime) -> bool:
    """Keep ``sealed`` for whoever has ``secret``, in place of what it kept before; say whether there was room."""
    session.execute(
        delete(KeptForm).where((KeptForm.expires_at <= now) | (KeptForm.secret_hash == hash_of(secret))),
        execution_options={"synchronize_session": False},
    )
    if session.execute(select(func.count()).select_from(KeptForm)).scalar_one() >= MOST:
        return False
    session.execute(insert(KeptForm).values(secret_hash=hash_of(secret), sealed=sealed, expires_at=now + KEPT))
    return True


def kept_form(session: Session, *, secret: str, now: datetime) -> str | None:
    """Return what is kept for ``secret``, sealed as it was given, or None."""
    return session.execute(
        select(KeptForm.sealed).where(KeptForm.secret_hash == hash_of(secret), KeptForm.expires_at > now)
    ).scalar()


def drop_form(session: Session, *, secret: str) -> None:
    """Forget what was kept for ``secret``: it was sent after all."""
    session.execute(
        delete(KeptForm).where(KeptForm.secret_hash == hash_of(secret)),
        execution_options={"synchronize_session": False},
    )
