"""Files that no row names any more: replaced, refused, of a draft that was deleted. They go, a while later."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from services.materials.gateways.store import Store
from shared.schema.base import Base
from shared.schema.materials.files import StoredFile

GRACE: Final = timedelta(days=7)
"""So long a download that began with a file that was replaced may still go on, and a mistake be looked into."""


def note_strays(session: Session, *, now: datetime) -> None:
    """Note since when no row names a file; forget it of one that is named again."""
    named = _is_named()
    unnamed, again = StoredFile.let_go_at.is_(None) & ~named, StoredFile.let_go_at.is_not(None) & named
    for stands, moment in ((unnamed, now), (again, None)):
        session.execute(
            update(StoredFile).where(stands).values(let_go_at=moment).execution_options(synchronize_session=False)
        )


def let_go_strays(session: Session, store: Store, *, now: datetime, limit: int) -> int:
    """Delete at most ``limit`` files that no row has named for a week, with their rows; return how many.

    The row is held until the transaction ends: whoever stores the same bytes meanwhile waits, and finds them missing.
    """
    due = session.scalars(
        select(StoredFile.sha256)
        .where(StoredFile.let_go_at < now - GRACE, ~_is_named())
        .order_by(StoredFile.sha256)
        .limit(limit)
        .with_for_update(of=StoredFile, skip_locked=True)
    ).all()
    session.execute(delete(StoredFile).where(StoredFile.sha256.in_(due)))
    for sha256 in due:
        store.drop(sha256)
    return len(due)


def without_rows(session: Session, hashes: Iterable[str]) -> list[str]:
    """Return those of ``hashes`` that no row was written for: the upload was refused, or ended by a kill."""
    asked = list(hashes)
    known = set(session.scalars(select(StoredFile.sha256).where(StoredFile.sha256.in_(asked))))
    return [sha256 for sha256 in asked if sha256 not in known]


def _is_named() -> ColumnElement[bool]:
    """Say of a stored file whether a row names it: by any reference that would not go along with it.

    Read off the schema, so that no table to come is forgotten here.
    """
    naming = [
        key.parent
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column is StoredFile.__table__.c.sha256 and key.ondelete != "CASCADE"
    ]
    return or_(*(select(column).where(column == StoredFile.sha256).exists() for column in naming))
