"""Taking files in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial
from typing import BinaryIO
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.materials.actions.publications import draft_of, translation_of
from services.materials.errors import FileEmpty, FileTypeUnknown, ReleaseIsPublished
from services.materials.gateways.store import Store, StreamStored
from services.materials.rules.media import FORMATS, unfit
from services.materials.rules.names import full_filename, plain_filename
from shared.history import Deed, note
from shared.schema.base import new_id
from shared.schema.materials.files import Rendition, StoredFile
from shared.schema.materials.publications import Chapter, Publication, Release
from shared.words.languages import text_in
from shared.words.sentences import _l


def add_rendition(
    session: Session,
    store: Store,
    *,
    release_id: UUID,
    language: str,
    format_: str,
    pieces: Iterable[bytes],
    limit: int,
    chapter_id: UUID | None = None,
    pages: int | None = None,
    deed: Deed,
) -> Rendition:
    """Take in a file as one format of a translation; in a draft, a file that was there in its place is replaced.

    A published release takes what it does not have yet, such as a language that came late, and people can open it at
    once; what they hold is not changed.

    The stream is hashed while it is written. Refuses what is empty, larger than ``limit`` bytes, or not a usable file
    of ``format_``; nothing of it stays.
    """
    release = _open_to_files(session, release_id)
    media_type = FORMATS.get(format_)
    if media_type is None:
        unknown = _l("Files of this format cannot be uploaded.")
        raise FileTypeUnknown(unknown, errors={"file": unknown})
    kept = store.keep(pieces, limit=limit, modified_at=deed.at, check=partial(_usable, media_type=media_type))
    _remember(session, store, kept, media_type=media_type)
    publication = session.get_one(Publication, release.publication_id)
    title = text_in(publication.titles, language)
    chapter = session.get_one(Chapter, chapter_id) if chapter_id else None
    number = chapter.number if chapter else None
    translation = translation_of(session, release_id=release_id, language=language, title=title)
    named = (text_in(chapter.titles, language) or title) if chapter else translation.title
    new = insert(Rendition).values(
        id=new_id(),
        translation_id=translation.id,
        chapter_id=chapter_id,
        format=format_,
        sha256=kept.sha256,
        filename=plain_filename(
            slug=publication.slug, version=release.version, language=language, format_=format_, chapter=number
        ),
        full_name=full_filename(title=named, language=language, format_=format_, chapter=number),
        pages=pages,
        uploaded_by=deed.by,
        uploaded_at=deed.at,
    )
    replaced = {name: new.excluded[name] for name in ("sha256", "full_name", "pages", "uploaded_by", "uploaded_at")}
    place = "uq_rendition_translation_id_chapter_id_format"
    upsert = new.on_conflict_do_update(
        constraint=place,
        set_=replaced,
        where=Rendition.sha256 == kept.sha256 if release.state == "published" else None,
    )
    rendition_id = session.scalar(upsert.returning(Rendition.id))
    if rendition_id is None:
        raise ReleaseIsPublished
    note(session, "rendition", rendition_id, deed, what="stored", edition_id=publication.edition_id)
    return session.scalars(
        select(Rendition).where(Rendition.id == rendition_id).execution_options(populate_existing=True)
    ).one()


def _open_to_files(session: Session, release_id: UUID) -> Release:
    release = session.get(Release, release_id, with_for_update=True)
    if release is not None and release.state == "published":
        return release
    return draft_of(session, release_id=release_id)


def _usable(file: BinaryIO, media_type: str) -> None:
    """Refuse what nobody could open, before it has a place in the store."""
    if not file.read(1):
        raise FileEmpty(errors={"file": FileEmpty.title})
    found = unfit(file, media_type=media_type)
    if found is not None:
        raise FileTypeUnknown(found.reason, errors={"file": found.reason})


def _remember(session: Session, store: Store, kept: StreamStored, *, media_type: str) -> None:
    """Write down a stored file once, with the time the store gave it."""
    seconds = store.modified_at(kept.sha256)
    if seconds is None:
        raise FileNotFoundError(kept.sha256)
    row = insert(StoredFile).values(
        sha256=kept.sha256,
        size=kept.size,
        media_type=media_type,
        modified_at=datetime.fromtimestamp(int(seconds), tz=UTC),
    )
    session.execute(row.on_conflict_do_nothing())
