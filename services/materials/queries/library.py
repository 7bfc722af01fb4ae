"""What a person finds in the library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ScalarSelect, and_, func, select
from sqlalchemy.orm import Session

from services.materials.queries.rights import claims_by_publication
from services.materials.rules.library import ChapterShown, Opened, RenditionShown
from services.materials.rules.releases import TAKEN_BACK
from services.materials.rules.shelves import Right, right_to_open
from shared.schema.materials.files import Download, Rendition, StoredFile
from shared.schema.materials.publications import Chapter, Publication, Release, Translation


class _Edited(NamedTuple):
    publication: Publication
    release: Release
    seen: Mapping[UUID, frozenset[str]]
    """Which languages readers see in which release; the newest release is among them."""


def opened_publications(
    session: Session, *, person_id: UUID | None, now: datetime, slug: str | None = None
) -> list[Opened]:
    """Return what the person may open now, the newest first: each language in the newest release that has it.

    ``person_id`` None asks for what anybody may open; ``slug`` narrows it to one publication.
    """
    rights: dict[UUID, Right] = {}
    for publication_id, claims in claims_by_publication(session, person_id=person_id, now=now).items():
        right = right_to_open(claims)
        if right is not None:
            rights[publication_id] = right
    releases = (
        select(Publication, Release, _languages())
        .join(Release, Release.publication_id == Publication.id)
        .where(Release.state == "published", Publication.id.in_(list(rights)))
        .order_by(Publication.id, Release.published_at.desc(), Release.id.desc())
    )
    if slug is not None:
        releases = releases.where(Publication.slug == slug)
    found: dict[UUID, _Edited] = {}
    for publication, release, languages in session.execute(releases):
        newest, seen = found.get(publication.id, (release, {}))[-2:]
        missing = frozenset(languages) - frozenset().union(*seen.values())
        found[publication.id] = _Edited(publication, newest, {**seen, release.id: missing})
    opened = _filled(session, list(found.values()), rights=rights, person_id=person_id)
    return sorted(opened, key=lambda one: one.published_at or now, reverse=True)


def taken_back(session: Session, *, slug: str, person_id: UUID | None, now: datetime) -> str | None:
    """Return in which state a publication is that the person could open, had it not been taken back; else None."""
    row = session.execute(
        select(Publication.id, Release.state)
        .join(Release, Release.publication_id == Publication.id)
        .where(Publication.slug == slug, Release.state.in_(TAKEN_BACK))
        .order_by(Release.state)
        .limit(1)
    ).first()
    if row is None or row.id not in claims_by_publication(session, person_id=person_id, now=now):
        return None
    return str(row.state)


def languages_left_behind(session: Session, *, release_id: UUID) -> dict[str, str]:
    """Return the languages that a draft does not have and an older release does: ``{language: version}``."""
    mine = (
        select(Translation.language)
        .join(Rendition, Rendition.translation_id == Translation.id)
        .where(Translation.release_id == release_id)
    )
    rows = session.execute(
        select(Translation.language, Release.version)
        .join(Release, Release.id == Translation.release_id)
        .join(Rendition, Rendition.translation_id == Translation.id)
        .where(
            Release.state == "published",
            Release.id != release_id,
            Release.publication_id == select(Release.publication_id).where(Release.id == release_id).scalar_subquery(),
            Translation.language.not_in(mine),
        )
        .order_by(Release.published_at, Release.id)
    )
    return {language: version for language, version in rows}  # noqa: C416 - rows are not pairs to mypy


def _languages() -> ScalarSelect[Any]:
    """Return the languages in which a release has the whole work, or chapters of it at least."""
    return (
        select(func.coalesce(func.array_agg(Translation.language), []))
        .where(Translation.release_id == Release.id)
        .where(select(Rendition.id).where(Rendition.translation_id == Translation.id).exists())
        .correlate(Release)
        .scalar_subquery()
    )


def release_to_keep(session: Session, *, release_id: UUID) -> Opened | None:
    """Return a release in any state with all its copies, for those who keep the library."""
    row = session.execute(
        select(Publication, Release)
        .join(Release, Release.publication_id == Publication.id)
        .where(Release.id == release_id)
    ).first()
    if row is None:
        return None
    publication, release = row
    return _filled(session, [_Edited(publication, release, {release_id: frozenset()})], rights={}, person_id=None)[0]


def _filled(
    session: Session,
    found: Sequence[_Edited],
    *,
    rights: Mapping[UUID, Right],
    person_id: UUID | None,
) -> list[Opened]:
    release_ids = [release_id for one in found for release_id in one.seen]
    copies = _copies(session, release_ids, person_id=person_id)
    chapters = _chapters(session, release_ids)
    older = _fetched_publications(session, person_id=person_id)
    opened = []
    for publication, release, seen in found:
        right = rights.get(publication.id)
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
            tags=tuple(publication.tags),
            link=publication.link,
            state=release.state,
            right=right,
            copies=tuple(
                copy
                for release_id, languages in seen.items()
                for copy in copies.get(release_id, ())
                if right is None or copy.language in languages
            ),
            chapters=tuple(
                replace(chapter, languages=None if right is None else languages)
                for release_id, languages in seen.items()
                for chapter in chapters.get(release_id, ())
                if right is None or languages
            ),
        )
        opened.append(replace(one, fetched_older=one.is_new and publication.id in older))
    return opened


def _copies(session: Session, release_ids: list[UUID], *, person_id: UUID | None) -> dict[UUID, list[RenditionShown]]:
    # bytes that did not change from one release to the next are not fetched again
    same = (
        select(Download.sha256, func.bool_or(Download.whole).label("whole"))
        .where(Download.person_id == person_id)
        .group_by(Download.sha256)
        .subquery("same")
    )
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
            func.coalesce(Download.sha256, same.c.sha256),
            func.coalesce(Download.whole, same.c.whole, True),
            func.greatest(Rendition.uploaded_at, Release.published_at),
            Rendition.made_from.is_not(None),
            Release.version,
        )
        .join(Translation, Translation.id == Rendition.translation_id)
        .join(StoredFile, StoredFile.sha256 == Rendition.sha256)
        .join(Release, Release.id == Translation.release_id)
        .outerjoin(same, same.c.sha256 == Rendition.sha256)
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
