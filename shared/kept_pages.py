"""Pages that refused a form. Kept for an hour, sealed, for the browser that sent it: Back shows them as they were."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from shared.schema.outbox.kept_forms import KeptPage
from shared.secrets import hash_of

KEPT: Final = timedelta(hours=1)
MOST: Final = 2000
"""Pages that are kept at once, whoever sent the forms, so that strangers cannot fill the disk."""
MOST_OF_BROWSER: Final = 20


def keep_page(session: Session, *, browser: str, name: str, sealed: str, now: datetime) -> bool:
    """Keep ``sealed`` under ``name`` for whoever has the secret ``browser``; say whether there was room."""
    total, own = session.execute(
        select(func.count(), func.count().filter(KeptPage.browser_hash == hash_of(browser))).where(
            KeptPage.expires_at > now
        )
    ).one()
    if total >= MOST or own >= MOST_OF_BROWSER:
        return False
    row = {"name_hash": _named(browser, name), "browser_hash": hash_of(browser)}
    session.execute(insert(KeptPage).values(**row, sealed=sealed, expires_at=now + KEPT))
    return True


def kept_page(session: Session, *, browser: str, name: str, now: datetime) -> str | None:
    """Return what is kept under ``name`` for ``browser``, sealed as it was given, or None."""
    return session.execute(
        select(KeptPage.sealed).where(KeptPage.name_hash == _named(browser, name), KeptPage.expires_at > now)
    ).scalar()


def drop_pages(session: Session, *, browser: str) -> None:
    """Forget all pages of a browser: the form was sent after all, and who comes next is somebody else."""
    gone = delete(KeptPage).where(KeptPage.browser_hash == hash_of(browser))
    session.execute(gone, execution_options={"synchronize_session": False})


def _named(browser: str, name: str) -> str:
    return hash_of(f"{browser} {name}")
