"""The library as those who keep it see it: drafts, shelves and all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select, text, true
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from services.materials.errors import ChapterUnknown, PublicationUnknown, ReleaseUnknown, ShelfUnknown
from shared.schema.materials.files import Download, Rendition
from shared.schema.materials.publications import Chapter, Publication, Release, Translation
from shared.schema.materials.shelves import Shelf, ShelfItem


@dataclass(frozen=True)
class PublicationRow:
    """A publication in the desk's table. ``languages`` are those of its newest published release."""

    id: UUID
    slug: str
    kind: str
    titles: dict[str, Any]
    edition_id: UUID | None
    version: str | None
    published_at: datetime | None
    languages: Sequence[str]
    drafts: int
    people: int


@dataclass(frozen=True)
class ReleaseRow:
    """A release in its publication's table."""

    id: UUID
    version: str
    state: str
    published_at: datetime | None
    languages: Sequence[str]
    files: int


@dataclass(frozen=True)
class ShelfRow:
    """A shelf, and whether the publication asked about stands on it."""

    id: UUID
    edition_id: UUID | None
    names: dict[str, Any]
    rule: str
    opens_at: datetime | None
    closes_at: datetime | None
    holds_it: bool


@dataclass(frozen=True)
class StandingShelf:
    """A shelf and the titles, ``{language: text}``, of what stands on it."""

    id: UUID
    edition_id: UUID | None
    names: dict[str, Any]
    rule: str
    opens_at: datetime | None
    closes_at: datetime | None
    holds: Sequence[dict[str, Any]]


def publications(session: Session, *, removed: bool = False) -> list[PublicationRow]:
    """Return the publications of the library, or those that were ``removed`` from it, the newest first."""
    newest = (
        select(Release.publication_id, Release.id, Release.version, Release.published_at)
        .where(Release.state == "published")
        .ext(distinct_on(Release.publication_id))
        .order_by(Release.publication_id, Release.published_at.desc(), Release.id.desc())
        .subquery("newest")
    )
    languages = (
        select(func.coalesce(func.array_agg(Translation.language.distinct()), []))
        .where(Translation.release_id == newest.c.id)
        .scalar_subquery()
    )
    drafts = (
        select(func.count())
        .select_from(Release)
        .where(Release.publication_id == Publication.id, Release.state == "draft")
        .scalar_subquery()
    )
    people = (
        select(func.count(Download.person_id.distinct()))
        .join(Rendition, Rendition.id == Download.rendition_id)
        .join(Translation, Translation.id == Rendition.translation_id)
        .join(Release, Release.id == Translation.release_id)
        .where(Release.publication_id == Publication.id)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Publication.id,
            Publication.slug,
            Publication.kind,
            Publication.titles,
            Publication.edition_id,
            newest.c.version,
            newest.c.published_at,
            languages,
            drafts,
            people,
        )
        .outerjoin(newest, newest.c.publication_id == Publication.id)
        .where(Publication.removed_at.is_not(None) if removed else Publication.removed_at.is_(None))
        .order_by(Publication.created_at.desc(), Publication.id.desc())
    )
    return [PublicationRow(*row) for row in rows]


def publication_called(session: Session, *, slug: str) -> Publication:
    """Return the publication with this address; refuses with :class:`PublicationUnknown`."""
    found = session.scalar(select(Publication).where(Publication.slug == slug))
    if found is None:
        raise PublicationUnknown
    return found


def is_published(session: Session, *, publication_id: UUID) -> bool:
    """Say whether any release of a publication is published."""
    found = select(Release.id).where(Release.publication_id == publication_id, Release.state == "published").exists()
    return bool(session.scalar(select(found)))


def editions_of(session: Session) -> dict[UUID, set[UUID]]:
    """Return for each publication the editions whose people it is for: its own, and those of its shelves."""
    own = select(Publication.id, Publication.edition_id).where(Publication.edition_id.is_not(None))
    shelved = (
        select(ShelfItem.publication_id, Shelf.edition_id)
        .join(Shelf, Shelf.id == ShelfItem.shelf_id)
        .where(Shelf.edition_id.is_not(None))
    )
    editions: dict[UUID, set[UUID]] = {}
    for publication_id, edition_id in (*session.execute(own), *session.execute(shelved)):
        if edition_id is not None:
            editions.setdefault(publication_id, set()).add(edition_id)
    return editions


def editions_reached(session: Session, slug: str) -> set[UUID] | None:
    """Return the editions whose people a publication is for; None when there is no such publication."""
    return _reached(session, Publication.slug == slug)


def editions_reached_by_release(session: Session, release_id: UUID) -> set[UUID] | None:
    """Return the editions whose people a release's publication is for; None when there is no such release."""
    return _reached(session, Publication.id.in_(select(Release.publication_id).where(Release.id == release_id)))


def edition_of_publication(session: Session, slug: str) -> set[UUID] | None:
    """Return the edition a publication belongs to; the empty set when to none, None when it is not there."""
    return _edition(session, select(Publication.edition_id).where(Publication.slug == slug))


def edition_of_release(session: Session, release_id: UUID) -> set[UUID] | None:
    """Return the edition a release's publication belongs to; the empty set when to none, None when it is not there."""
    return _edition(session, select(Publication.edition_id).join(Release).where(Release.id == release_id))


def edition_of_shelf(session: Session, shelf_id: UUID) -> set[UUID] | None:
    """Return the edition a shelf belongs to; the empty set when to none, None when it is not there."""
    return _edition(session, select(Shelf.edition_id).where(Shelf.id == shelf_id))


def edition_of_rendition(session: Session, rendition_id: UUID) -> set[UUID] | None:
    """Return the edition a file's publication belongs to; the empty set when to none, None when it is not there."""
    wanted = (
        select(Publication.edition_id)
        .join(Release)
        .join(Translation)
        .join(Rendition, Rendition.translation_id == Translation.id)
        .where(Rendition.id == rendition_id)
    )
    return _edition(session, wanted)


def edition_of_chapter(session: Session, chapter_id: UUID) -> set[UUID] | None:
    """Return the edition a chapter's publication belongs to; the empty set when to none, None when it is not there."""
    wanted = select(Publication.edition_id).join(Release).join(Chapter).where(Chapter.id == chapter_id)
    return _edition(session, wanted)


def _reached(session: Session, which: ColumnElement[bool]) -> set[UUID] | None:
    rows = session.execute(
        select(Publication.edition_id, Shelf.edition_id)
        .outerjoin(ShelfItem, ShelfItem.publication_id == Publication.id)
        .outerjoin(Shelf, Shelf.id == ShelfItem.shelf_id)
        .where(which)
    ).all()
    return {edition for row in rows for edition in row if edition is not None} if rows else None


def _edition(session: Session, wanted: Select[UUID | None]) -> set[UUID] | None:
    row = session.execute(wanted).first()
    return None if row is None else {edition for edition in row if edition is not None}


def slug_of_release(session: Session, *, release_id: UUID) -> str:
    """Return the address of a release's publication; refuses with :class:`ReleaseUnknown`."""
    slug = session.scalar(select(Publication.slug).join(Release).where(Release.id == release_id))
    if slug is None:
        raise ReleaseUnknown
    return slug


def has_chapter(session: Session, *, release_id: UUID, chapter_id: UUID) -> bool:
    """Say whether the chapter is a part of the release."""
    chapter = session.get(Chapter, chapter_id)
    return chapter is not None and chapter.release_id == release_id


def chapter_with(session: Session, *, chapter_id: UUID) -> Chapter:
    """Return the chapter with this id; refuses with :class:`ChapterUnknown`."""
    found = session.get(Chapter, chapter_id)
    if found is None:
        raise ChapterUnknown
    return found


def shelf_with(session: Session, *, shelf_id: UUID) -> Shelf:
    """Return the shelf with this id; refuses with :class:`ShelfUnknown`."""
    found = session.get(Shelf, shelf_id)
    if found is None:
        raise ShelfUnknown
    return found


def releases_of(session: Session, *, publication_id: UUID) -> list[ReleaseRow]:
    """Return a publication's releases, the newest first."""
    rows = session.execute(
        select(
            Release.id,
            Release.version,
            Release.state,
            Release.published_at,
            func.coalesce(func.array_agg(Translation.language.distinct()).filter(Translation.id.is_not(None)), []),
            func.count(Rendition.id),
        )
        .outerjoin(Translation, Translation.release_id == Release.id)
        .outerjoin(Rendition, Rendition.translation_id == Translation.id)
        .where(Release.publication_id == publication_id)
        .group_by(Release.id)
        .order_by(Release.created_at.desc(), Release.id.desc())
    )
    return [ReleaseRow(*row) for row in rows]


def all_shelves(session: Session) -> list[StandingShelf]:
    """Return every shelf with the titles of what stands on it, the newest first."""
    titles = (
        select(func.coalesce(func.jsonb_agg(Publication.titles), text("'[]'::jsonb")))
        .join(ShelfItem, ShelfItem.publication_id == Publication.id)
        .where(ShelfItem.shelf_id == Shelf.id)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Shelf.id, Shelf.edition_id, Shelf.names, Shelf.rule, Shelf.opens_at, Shelf.closes_at, titles).order_by(
            Shelf.created_at.desc(), Shelf.id.desc()
        )
    )
    return [StandingShelf(*row) for row in rows]


def shelves_for(session: Session, *, publication_id: UUID, edition_id: UUID | None) -> list[ShelfRow]:
    """Return the shelves of the edition (all shelves when it is None), those of none, and those it stands on."""
    stands = (
        select(ShelfItem.shelf_id)
        .where(ShelfItem.shelf_id == Shelf.id, ShelfItem.publication_id == publication_id)
        .exists()
    )
    rows = session.execute(
        select(Shelf.id, Shelf.edition_id, Shelf.names, Shelf.rule, Shelf.opens_at, Shelf.closes_at, stands)
        .where(stands | Shelf.edition_id.is_(None) | (true() if edition_id is None else Shelf.edition_id == edition_id))
        .order_by(Shelf.created_at, Shelf.id)
    )
    return [ShelfRow(*row) for row in rows]
