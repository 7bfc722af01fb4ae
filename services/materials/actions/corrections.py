"""Putting right what a librarian got wrong: texts of a publication, and whatever is in a draft."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.materials.actions.publications import draft_of
from services.materials.errors import ChapterUnknown, PublicationUnknown, RenditionUnknown
from services.materials.rules.names import full_filename
from services.materials.rules.releases import RELEASE
from shared.history import Deed, note, remove
from shared.schema.materials.files import Rendition
from shared.schema.materials.publications import Chapter, Publication, Release, Translation
from shared.words.languages import text_in


def correct_publication(
    session: Session,
    *,
    publication_id: UUID,
    kind: str,
    titles: Mapping[str, str],
    summaries: Mapping[str, str],
    contributors: Sequence[str],
    publisher: str,
    licence: str,
    rights: str,
    tags: Sequence[str],
    link: str = "",
    deed: Deed,
) -> None:
    """Change what is said of a publication, published or not; the files keep their bytes and take the new names."""
    publication = session.get(Publication, publication_id, with_for_update=True)
    if publication is None:
        raise PublicationUnknown
    publication.kind, publication.publisher = kind, publisher
    publication.licence, publication.rights, publication.link = licence, rights, link
    publication.titles, publication.summaries = dict(titles), dict(summaries)
    publication.contributors, publication.tags = list(contributors), list(tags)
    called = (
        select(Translation, Rendition)
        .join(Release, Release.id == Translation.release_id)
        .outerjoin(Rendition, (Rendition.translation_id == Translation.id) & Rendition.chapter_id.is_(None))
        .where(Release.publication_id == publication_id)
    )
    for translation, rendition in session.execute(called):
        translation.title = text_in(titles, translation.language)
        if rendition is not None:
            rendition.full_name = full_filename(
                title=translation.title, language=translation.language, format_=rendition.format, chapter=None
            )
    note(session, "publication", publication_id, deed, what="corrected", edition_id=publication.edition_id)


def take_file_out(session: Session, *, release_id: UUID, rendition_id: UUID, deed: Deed) -> None:
    """Remove a file from a draft."""
    release = draft_of(session, release_id=release_id)
    mine = select(Translation.id).where(Translation.release_id == release_id)
    gone = delete(Rendition).where(Rendition.id == rendition_id, Rendition.translation_id.in_(mine))
    if session.scalar(gone.returning(Rendition.id)) is None:
        raise RenditionUnknown
    _drop_empty_translations(session, release_id)
    note(session, "release", release_id, deed, what="file_removed", edition_id=_edition_of(session, release))


def take_chapter_out(session: Session, *, release_id: UUID, chapter_id: UUID, deed: Deed) -> None:
    """Remove a chapter from a draft, with its files."""
    release = draft_of(session, release_id=release_id)
    chapter = session.get(Chapter, chapter_id)
    if chapter is None or chapter.release_id != release_id:
        raise ChapterUnknown
    session.execute(delete(Rendition).where(Rendition.chapter_id == chapter_id))
    session.delete(chapter)
    _drop_empty_translations(session, release_id)
    note(session, "release", release_id, deed, what="chapter_removed", edition_id=_edition_of(session, release))


def discard_draft(session: Session, *, release_id: UUID, deed: Deed) -> None:
    """Delete a draft with its files and chapters; only its history stays."""
    draft_of(session, release_id=release_id)
    translations = select(Translation.id).where(Translation.release_id == release_id)
    session.execute(delete(Rendition).where(Rendition.translation_id.in_(translations)))
    session.execute(delete(Chapter).where(Chapter.release_id == release_id))
    session.execute(delete(Translation).where(Translation.release_id == release_id))
    remove(session, RELEASE, [release_id], "deleted", deed)


def _drop_empty_translations(session: Session, release_id: UUID) -> None:
    filled = select(Rendition.id).where(Rendition.translation_id == Translation.id).exists()
    session.execute(
        delete(Translation)
        .where(Translation.release_id == release_id, ~filled)
        .execution_options(synchronize_session=False)
    )


def _edition_of(session: Session, release: Release) -> UUID | None:
    return session.get_one(Publication, release.publication_id).edition_id
