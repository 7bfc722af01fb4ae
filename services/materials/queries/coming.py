"""What somebody will be able to open, and from when: its shelf is not open yet, all else is there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from shared.schema.materials.publications import Publication, Release
from shared.schema.materials.published import Openable, may_open
from shared.words.languages import text_in


@dataclass(frozen=True)
class Coming:
    """A published work whose first shelf opens at ``opens_at``; nothing of it but its titles is told before."""

    slug: str
    titles: dict[str, Any]
    opens_at: datetime
    edition_id: UUID | None
    """Of the shelf: in whose zone the moment is told."""

    def title_in(self, language: str) -> str:
        """Return the title in ``language`` or the next best."""
        return text_in(self.titles, language)


def coming_publications(
    session: Session, *, person_id: UUID | None, now: datetime, slug: str | None = None
) -> list[Coming]:
    """Return what the person (None: anybody) will be able to open and cannot yet, the next first."""
    hers = or_(Openable.person_id == person_id, Openable.person_id.is_(None))
    later = (
        select(Openable.publication_id, Openable.opens_at, Openable.edition_id)
        .where(hers, Openable.opens_at > now, or_(Openable.closes_at.is_(None), Openable.closes_at > now))
        .ext(distinct_on(Openable.publication_id))
        .order_by(Openable.publication_id, Openable.opens_at)
        .subquery("later")
    )
    open_now = select(Openable.publication_id).where(may_open(person_id, at=now))
    is_published = (
        select(func.count()).where(Release.publication_id == Publication.id, Release.state == "published")
    ).scalar_subquery()
    rows = (
        select(Publication.slug, Publication.titles, later.c.opens_at, later.c.edition_id)
        .join(later, later.c.publication_id == Publication.id)
        .where(Publication.id.not_in(open_now), is_published > 0)
        .order_by(later.c.opens_at, Publication.slug)
    )
    if slug is not None:
        rows = rows.where(Publication.slug == slug)
    return [Coming(*row) for row in session.execute(rows)]
