"""Who with a place holds a publication."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Subquery, func, select
from sqlalchemy.orm import Session

from services.materials.rules.reach import Holders
from shared.schema.alphabet import sort_key
from shared.schema.materials.files import Download, Rendition
from shared.schema.materials.publications import Release, Translation
from shared.schema.people.published import Addressable
from shared.schema.registration.published import PersonStanding


@dataclass(frozen=True)
class PersonRow:
    """A person with a place and when they first fetched the publication, if they did."""

    name: str
    country: str
    language: str
    fetched_at: datetime | None


class PeoplePage(NamedTuple):
    """A page of people, and how many there are on all pages."""

    rows: list[PersonRow]
    total: int


def holders(session: Session, *, publication_id: UUID, edition_id: UUID) -> list[Holders]:
    """Return how many with a live place in the edition hold the publication, in any version."""
    fetched = _fetched(publication_id)
    alike = (PersonStanding.country, Addressable.locale, fetched.c.first_at.is_not(None))
    rows = session.execute(
        select(*alike, func.count())
        .select_from(PersonStanding)
        .join(Addressable, Addressable.id == PersonStanding.person_id)
        .outerjoin(fetched, fetched.c.person_id == PersonStanding.person_id)
        .where(PersonStanding.edition_id == edition_id, PersonStanding.accepted)
        .group_by(*alike)
    )
    return [Holders(*row) for row in rows]


def people_with_places(
    session: Session,
    *,
    publication_id: UUID,
    edition_id: UUID,
    holds: bool | None,
    language: str,
    limit: int,
    offset: int,
) -> PeoplePage:
    """Return a page of the people with a live place, by name, and how many there are; ``holds`` narrows them."""
    fetched = _fetched(publication_id)
    wanted = (
        select(Addressable.name, PersonStanding.country, Addressable.locale, fetched.c.first_at)
        .select_from(PersonStanding)
        .join(Addressable, Addressable.id == PersonStanding.person_id)
        .outerjoin(fetched, fetched.c.person_id == PersonStanding.person_id)
        .where(PersonStanding.edition_id == edition_id, PersonStanding.accepted)
    )
    if holds is not None:
        wanted = wanted.where(fetched.c.first_at.is_not(None) if holds else fetched.c.first_at.is_(None))
    total = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    page = wanted.order_by(sort_key(Addressable, "name", language), Addressable.id).limit(limit).offset(offset)
    return PeoplePage([PersonRow(*row) for row in session.execute(page)], total)


def people_by_rendition(session: Session, *, publication_id: UUID) -> Mapping[UUID, int]:
    """Return how many people fetched each rendition of the publication."""
    rows = session.execute(
        select(Download.rendition_id, func.count())
        .join(Rendition, Rendition.id == Download.rendition_id)
        .join(Translation, Translation.id == Rendition.translation_id)
        .join(Release, Release.id == Translation.release_id)
        .where(Release.publication_id == publication_id)
        .group_by(Download.rendition_id)
    )
    return {rendition_id: people for rendition_id, people in rows}  # noqa: C416 - rows are not pairs to mypy


def _fetched(publication_id: UUID) -> Subquery:
    return (
        select(Download.person_id, func.min(Download.first_at).label("first_at"))
        .join(Rendition, Rendition.id == Download.rendition_id)
        .join(Translation, Translation.id == Rendition.translation_id)
        .join(Release, Release.id == Translation.release_id)
        .where(Release.publication_id == publication_id)
        .group_by(Download.person_id)
        .subquery("fetched")
    )
