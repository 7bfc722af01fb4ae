"""What a person finds in the library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from services.materials.queries.rights import claims_by_publication
from services.materials.rules.library import ChapterShown, Opened, RenditionShown
from services.materials.rules.shelves import Right, right_to_open
from shared.schema.materials.files import Download, Rendition, StoredFile
from shared.schema.materials.publications import Chapter, Publication, Release, Translation


class _Edited(NamedTuple):
    publication: Publication
    release: Release


def opened_publications(
    session: Session, *, person_id: UUID | None, now: datetime, slug: str | None = None
) -> list[Opened]:
    """Return what the person may open now, each in its newest published release, the newest first.

    ``person_id`` None asks for what anybody may open; ``slug`` narrows it to one publication.
    """
    rights: dict[UUID, Right] = {}
    for publication_id, claims in claims_by_publication(session, person_id=person_id, now=now).items():
        right = right_to_open(claims)
        if right is not None:
            rights[publication_id] = right
    releases = (
        select(Publication, Release)
        .join(Release, Release.publication_id == Publication.id)
        .where(Release.state == "published", Publication.id.in_(list(rights)))
        .ext(distinct_on(Publication.id))
        .order_by(Publication.id, Release.published_at.desc(), Release.id.desc())
    )
    if slug is not None:
        releases = releases.where(Publication.slug == slug)
    found = {release.id: _Edited(publication, release) for publication, release in session.execute(releases)}
    opened = _filled(session, found, rights=rights, person_id=person_id)
    return sorted(opened, key=lambda one: one.published_at or now, reverse=True)


def release_to_keep(session: Session, *, release_id: UUID) -> Opened | None:
    """Return a release in any state with all its copies, for those who keep the library."""
    row = session.execute(
        select(Publication, Release)
        .join(Release, Release.publication_id == Publication.id)
        .where(Release.id == release_id)
    ).first()
    if row is None:
        return None
    return _filled(session, {release_id: _Edited(*row)}, rights={}, person_id=None)[0]


def _filled(
    session: Session,
    found: Mapping[UUID, _Edited],
    *,
    rights: Mapping[UUID, Right],
    person_id: UUID | None,
) -> list[Opened]:
    copies = _copies(session, list(found), person_id=person_id)
    chapters = _chapters(session, list(found))
    older = _fetched_publications(session, person_id=person_id)
    opened = []
    for release_id, (publication, release) in found.items():
        one = Opened(
            publication_id=publication.id,
            slug=publication.slug,
            kind=publication.kind,
            edition_id=publication.edition_id,
            titles=publication.titles,
            summaries=publication.summaries,
            contributors=tuple(publication.contributors),
            publisher=publication.publisher,
            licence=publication.licence,
            rights=publication.rights,
            version=release.version,
            dated=release.dated,
            published_at=release.published_at,
            right=rights.get(publication.id),
            copies=tuple(copies.get(release_id, ())),
            chapters=tuple(chapters.get(release_id, ())),
        )
        opened.append(replace(one, fetched_older=one.is_new and publication.id in older))
    return opened


def _copies(session: Session, release_ids: list[UUID], *, person_id: UUID | None) -> dict[UUID, list[RenditionShown]]:
    rows = session.execute(
        select(
            Translation.release_id,
            Rendition.id,
            Rendition.chapter_id,
            Translation.language,
            Rendition.format,
            Rendition.filename,
            Rendition.sha256,
            StoredFile.size,
            Rendition.pages,
            Download.sha256,
        )
        .join(Translation, Translation.id == Rendition.translation_id)
        .join(StoredFile, StoredFile.sha256 == Rendition.sha256)
        .outerjoin(Download, and_(Download.rendition_id == Rendition.id, Download.person_id == person_id))
        .where(Translation.release_id.in_(release_ids))
    )
    copies: dict[UUID, list[RenditionShown]] = {}
    for release_id, *row in rows:
        copies.setdefault(release_id, []).append(RenditionShown(*row))
    return copies


def _chapters(session: Session, release_ids: list[UUID]) -> dict[UUID, list[ChapterShown]]:
    chapters: dict[UUID, list[ChapterShown]] = {}
    for chapter in session.scalars(select(Chapter).where(Chapter.release_id.in_(release_ids))):
        shown = ChapterShown(chapter.id, chapter.number, chapter.titles, tuple(chapter.authors), chapter.pages)
        chapters.setdefault(chapter.release_id, []).append(shown)
    return chapters


def _fetched_publications(session: Session, *, person_id: UUID | None) -> set[UUID]:
    if person_id is None:
        return set()
    return set(
        session.scalars(
            select(Release.publication_id)
            .join(Translation, Translation.release_id == Release.id)
            .join(Rendition, Rendition.translation_id == Translation.id)
            .join(Download, Download.rendition_id == Rendition.id)
            .where(Download.person_id == person_id)
        )
    )
