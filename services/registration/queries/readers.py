"""What a person may fetch, as materials keeps it: published works on shelves that are open to their enrolments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from services.registration.rules.offers import HOLDING
from shared.schema.materials.files import Download, Rendition, StoredFile
from shared.schema.materials.publications import Publication, Release, Translation
from shared.schema.materials.shelves import Shelf, ShelfItem, ShelfMember
from shared.schema.registration import Enrolment


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
    """Return whole-work renditions on shelves opened to this person's live enrolments.

    For each publication its newest published release, in ``language`` where there is such a translation, else in
    English, else in whichever there is. Materials decides once more when the file is fetched.
    """
    newest = (
        select(Release.id)
        .where(Release.publication_id == Publication.id, Release.state == "published")
        .order_by(Release.published_at.desc())
        .limit(1)
        .correlate(Publication)
        .scalar_subquery()
    )
    liking = case((Translation.language == language, 0), (Translation.language == "en", 1), else_=2)
    statement = (
        select(
            Enrolment.edition_id,
            Publication.slug,
            Translation.title,
            Translation.language,
            Rendition.id,
            Rendition.format,
            Rendition.filename,
            StoredFile.size,
            StoredFile.sha256,
            Download.last_at,
            func.rank().over(partition_by=Publication.id, order_by=(liking, Translation.language)).label("place"),
        )
        .join(ShelfMember, ShelfMember.enrolment_id == Enrolment.id)
        .join(Shelf, Shelf.id == ShelfMember.shelf_id)
        .join(ShelfItem, ShelfItem.shelf_id == Shelf.id)
        .join(Publication, Publication.id == ShelfItem.publication_id)
        .join(Release, Release.id == newest)
        .join(Translation, Translation.release_id == Release.id)
        .join(Rendition, and_(Rendition.translation_id == Translation.id, Rendition.chapter_id.is_(None)))
        .join(StoredFile, StoredFile.sha256 == Rendition.sha256)
        .outerjoin(Download, and_(Download.rendition_id == Rendition.id, Download.person_id == person_id))
        .where(Enrolment.person_id == person_id, Enrolment.state.in_(HOLDING), ShelfMember.closed_at.is_(None))
        .where(
            or_(Shelf.opens_at.is_(None), Shelf.opens_at <= now), or_(Shelf.closes_at.is_(None), Shelf.closes_at > now)
        )
    ).subquery()
    rows = session.execute(
        select(statement).where(statement.c.place == 1).order_by(statement.c.slug, statement.c.format)
    )
    return [Readable(*row[:-1]) for row in rows]
