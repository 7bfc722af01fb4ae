"""Files that came and wait for their place."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.schema.materials.arrivals import Arrival
from shared.schema.materials.files import StoredFile
from shared.schema.materials.publications import Chapter, Publication, Release


@dataclass(frozen=True)
class Waiting:
    """A file with what its name was taken to say."""

    id: UUID
    name: str
    size: int
    language: str | None
    chapter_id: UUID | None
    format: str


def arrivals_of(session: Session, *, release_id: UUID) -> list[Waiting]:
    """Return the files of a release that wait for their place, by name."""
    rows = session.execute(
        select(Arrival.id, Arrival.name, StoredFile.size, Arrival.language, Arrival.chapter_id, Arrival.format)
        .join(StoredFile, StoredFile.sha256 == Arrival.sha256)
        .where(Arrival.release_id == release_id)
        .order_by(Arrival.name, Arrival.id)
    )
    return [Waiting(*row) for row in rows]


def arrivals_waiting(session: Session, *, release_id: UUID) -> int:
    """Return how many files of a release wait."""
    return session.scalar(select(func.count()).select_from(Arrival).where(Arrival.release_id == release_id)) or 0


def edition_of_arrival(session: Session, arrival_id: UUID) -> set[UUID] | None:
    """Return the edition the file's publication belongs to; the empty set when to none, None when it is not there."""
    row = session.execute(
        select(Publication.edition_id)
        .join(Release)
        .join(Arrival, Arrival.release_id == Release.id)
        .where(Arrival.id == arrival_id)
    ).first()
    return None if row is None else {edition for edition in row if edition is not None}


def chapters_by_number(session: Session, *, release_id: UUID) -> dict[str, UUID]:
    """Return the chapters of a release by the number that people call them."""
    rows = session.execute(select(Chapter.number, Chapter.id).where(Chapter.release_id == release_id))
    return {str(number): chapter_id for number, chapter_id in rows}
