"""What a person finds on the personal page to fetch: what materials says she may open, by edition."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from shared.schema.materials.published import Downloaded, NewestCopy, Openable, may_open


@dataclass(frozen=True)
class Readable:
    """One file a person may fetch."""

    edition_id: UUID
    publication_slug: str
    title: str
    language: str
    rendition_id: UUID
    format: str
    filename: str
    size: int
    sha256: str
    fetched_at: datetime | None


def readers_of(session: Session, *, person_id: UUID, language: str, now: datetime) -> list[Readable]:
    """Return the whole works that an edition's shelves open to this person now, whatever anybody else may open.

    For each publication its newest published release, in ``language`` where there is such a translation, else in
    English, else in whichever there is.
    """
    opened = (
        select(Openable.edition_id, Openable.publication_id)
        .where(may_open(person_id, at=now), Openable.person_id.is_not(None))
        .distinct()
        .subquery("opened")
    )
    liking = case((NewestCopy.language == language, 0), (NewestCopy.language == "en", 1), else_=2)
    by_language = func.rank().over(
        partition_by=(opened.c.edition_id, NewestCopy.publication_id), order_by=(liking, NewestCopy.language)
    )
    statement = (
        select(
            opened.c.edition_id,
            NewestCopy.slug,
            NewestCopy.title,
            NewestCopy.language,
            NewestCopy.rendition_id,
            NewestCopy.format,
            NewestCopy.filename,
            NewestCopy.size,
            NewestCopy.sha256,
            Downloaded.last_at,
            by_language.label("place"),
        )
        .join(NewestCopy, NewestCopy.publication_id == opened.c.publication_id)
        .outerjoin(
            Downloaded, and_(Downloaded.rendition_id == NewestCopy.rendition_id, Downloaded.person_id == person_id)
        )
    ).subquery()
    rows = session.execute(
        select(statement).where(statement.c.place == 1).order_by(statement.c.slug, statement.c.format)
    )
    return [Readable(*row[:-1]) for row in rows]
