"""Making publications, releases and their parts, and publishing them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.materials.actions.makings import ask_for_parts
from services.materials.errors import (
    ChapterNumberTaken,
    NothingToPublish,
    PublicationRemoved,
    PublicationSlugTaken,
    PublicationUnknown,
    ReleaseIsPublished,
    ReleaseIsWithdrawn,
    ReleaseUnknown,
    VersionTaken,
)
from services.materials.rules.releases import RELEASE, TAKEN_BACK
from shared.history import Deed, begin, move, note
from shared.schema.base import new_id
from shared.schema.materials.files import Rendition
from shared.schema.materials.publications import Chapter, Publication, Release, Translation


def add_publication(
    session: Session,
    *,
    slug: str,
    kind: str,
    edition_id: UUID | None,
    titles: Mapping[str, str],
    summaries: Mapping[str, str],
    contributors: Sequence[str],
    publisher: str = "",
    licence: str = "",
    rights: str = "",
    tags: Sequence[str] = (),
    link: str = "",
    deed: Deed,
) -> Publication:
    """Make a publication; texts are ``{language: text}``. Refuses a slug that another one has."""
    publication = Publication(
        id=new_id(),
        slug=slug,
        kind=kind,
        edition_id=edition_id,
        titles=dict(titles),
        summaries=dict(summaries),
        contributors=list(contributors),
        publisher=publisher,
        licence=licence,
        rights=rights,
        tags=list(tags),
        link=link,
    )
    try:
        with session.begin_nested():
            session.add(publication)
    except IntegrityError as error:
        if "uq_publication_slug" in str(error.orig):
            raise PublicationSlugTaken(errors={"slug": PublicationSlugTaken.title}) from error
        raise
    note(session, "publication", publication.id, deed, what="added", edition_id=edition_id)
    return publication


def draft_release(session: Session, *, publication_id: UUID, version: str, dated: str, deed: Deed) -> Release:
    """Begin a release that only staff see. ``dated`` is the date printed in the work, ISO 8601 in any precision."""
    publication = session.get(Publication, publication_id)
    if publication is None:
        raise PublicationUnknown
    release_id = new_id()
    row = {"id": release_id, "publication_id": publication_id, "version": version, "dated": dated}
    try:
        with session.begin_nested():
            begin(session, RELEASE, "draft", deed, [row], more={release_id: {"edition_id": publication.edition_id}})
    except IntegrityError as error:
        if "uq_release_publication_id_version" in str(error.orig):
            raise VersionTaken(errors={"version": VersionTaken.title}) from error
        raise
    return session.get_one(Release, release_id)


def translation_of(session: Session, *, release_id: UUID, language: str, title: str) -> Translation:
    """Return the release's translation into ``language``, made now if it is missing; ``title`` is used then."""
    made = insert(Translation).values(id=new_id(), release_id=release_id, language=language, title=title)
    session.execute(made.on_conflict_do_nothing(constraint="uq_translation_release_id_language"))
    return session.scalars(
        select(Translation).where(Translation.release_id == release_id, Translation.language == language)
    ).one()


def add_chapter(
    session: Session,
    *,
    release_id: UUID,
    number: int,
    titles: Mapping[str, str],
    authors: Sequence[str],
    pages: Mapping[str, tuple[int, int]],
    deed: Deed,
) -> Chapter:
    """Describe a part of a draft: its place, its titles, its authors, and its pages per language."""
    draft_of(session, release_id=release_id)
    chapter = Chapter(
        id=new_id(),
        release_id=release_id,
        number=number,
        titles=dict(titles),
        authors=list(authors),
        pages={language: list(span) for language, span in pages.items()},
    )
    try:
        with session.begin_nested():
            session.add(chapter)
    except IntegrityError as error:
        if "uq_chapter_release_id_number" in str(error.orig):
            raise ChapterNumberTaken(errors={"number": ChapterNumberTaken.title}) from error
        raise
    ask_for_parts(session, release_id=release_id, deed=deed)
    return chapter


def draft_of(session: Session, *, release_id: UUID) -> Release:
    """Return the release, locked, if it may still be changed; refuse when it is published."""
    release = session.get(Release, release_id, with_for_update=True)
    if release is None:
        raise ReleaseUnknown
    if release.state == "published":
        raise ReleaseIsPublished
    if release.state in TAKEN_BACK:
        raise ReleaseIsWithdrawn
    return release


def withdraw_release(session: Session, *, release_id: UUID, deed: Deed) -> None:
    """Take a published release back, for ever: whoever could open it is told that it is withdrawn."""
    move(session, RELEASE, [release_id], "withdrawn", deed, more=_edition_of(session, release_id))


def _edition_of(session: Session, release_id: UUID) -> dict[UUID, dict[str, object]]:
    edition_id = session.scalar(select(Publication.edition_id).join(Release).where(Release.id == release_id))
    return {release_id: {"edition_id": edition_id}}


def publish_release(session: Session, *, release_id: UUID, deed: Deed) -> Release:
    """Let people open the release wherever its publication is on a shelf. From now on it is not changed.

    Done twice it is done once, at the first moment.
    """
    published = session.scalar(select(Release).where(Release.id == release_id, Release.state == "published"))
    if published is not None:
        return published
    release = draft_of(session, release_id=release_id)
    publication = session.get_one(Publication, release.publication_id, with_for_update={"read": True})
    if publication.removed_at is not None:
        raise PublicationRemoved
    has_file = select(Rendition.id).join(Translation).where(Translation.release_id == release_id).limit(1)
    if session.scalar(has_file) is None and not session.get_one(Publication, release.publication_id).link:
        raise NothingToPublish
    more = _edition_of(session, release_id)
    move(session, RELEASE, [release_id], "published", deed, more=more, published_at=deed.at)
    session.refresh(release)
    return release
