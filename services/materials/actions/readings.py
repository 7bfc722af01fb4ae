"""Remembering where a person is, so that another device opens the same page."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.schema.materials.reading import Reading

VISIT: Final = timedelta(hours=1)
"""What came since the last visit stays new for the whole of this one."""


def note_look(session: Session, *, person_id: UUID, publication_id: UUID, now: datetime) -> None:
    """Note that a person looks at a work; within a visit nothing changes."""
    row = insert(Reading).values(person_id=person_id, publication_id=publication_id, looked_at=now, known_at=now)
    session.execute(
        row.on_conflict_do_update(
            index_elements=["person_id", "publication_id"],
            set_={"looked_at": now, "known_at": Reading.looked_at},
            where=Reading.looked_at < now - VISIT,
        )
    )


def keep_place(
    session: Session, *, person_id: UUID, publication_id: UUID, language: str, page: int, now: datetime
) -> None:
    """Remember the page that a person reads."""
    row = insert(Reading).values(
        person_id=person_id,
        publication_id=publication_id,
        looked_at=now,
        known_at=now,
        language=language,
        page=page,
    )
    session.execute(
        row.on_conflict_do_update(
            index_elements=["person_id", "publication_id"], set_={"language": language, "page": page}
        )
    )
