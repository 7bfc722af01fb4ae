"""Taking files in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.materials.actions.publications import draft_of, translation_of
from services.materials.errors import FileEmpty, FileTypeUnknown
from services.materials.gateways.store import Store, StreamStored
from services.materials.rules.media import EPUB, FORMATS, PDF, TEXT, media_type_of
from services.materials.rules.names import full_filename, plain_filename
from shared.history import Deed, note
from shared.schema.base import new_id
from shared.schema.materials.files import Rendition, StoredFile
from shared.schema.materials.publications import Chapter, Publication
from shared.words.sentences import _l

_WRONG_TYPE: Final = {
    PDF: _l("This is not a PDF: its first bytes say otherwise. Export it as PDF and choose that file."),
    EPUB: _l("This is not an EPUB: its first bytes say otherwise. Choose a file that ends in .epub."),
    TEXT: _l("This is not plain text in UTF-8. Save it as plain text with the encoding UTF-8."),
}


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
    """Take in a file as one format of a draft's translation; a file that was there in its place is replaced.

    The stream is hashed while it is written and read once. Refuses what is empty, larger than ``limit`` bytes, or not
    what ``format_`` asks for by its first bytes. A refused file may stay in the store, where nothing points at it.
    """
    release = draft_of(session, release_id=release_id)
    kept = store.keep(pieces, limit=limit, modified_at=deed.at)
    media_type = _media_type(kept, format_=format_)
    _remember(session, store, kept, media_type=media_type)
    publication = session.get_one(Publication, release.publication_id)
    title = publication.titles.get(language) or next(iter(publication.titles.values()))
    chapter = session.get_one(Chapter, chapter_id) if chapter_id else None
    number = chapter.number if chapter else None
    translation = translation_of(session, release_id=release_id, language=language, title=title)
    named = chapter.titles.get(language, title) if chapter else translation.title
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
    replaced = {name: new.excluded[name] for name in ("sha256", "pages", "uploaded_by", "uploaded_at")}
    upsert = new.on_conflict_do_update(constraint="uq_rendition_translation_id_chapter_id_format", set_=replaced)
    rendition_id = session.scalars(upsert.returning(Rendition.id)).one()
    note(session, "rendition", rendition_id, deed, what="stored", edition_id=publication.edition_id)
    return session.scalars(
        select(Rendition).where(Rendition.id == rendition_id).execution_options(populate_existing=True)
    ).one()


def _media_type(kept: StreamStored, *, format_: str) -> str:
    if kept.size == 0:
        raise FileEmpty(errors={"file": FileEmpty.title})
    wanted, found = FORMATS.get(format_), media_type_of(kept.head)
    if wanted is None or found != wanted:
        sentence = _WRONG_TYPE.get(wanted or "", _l("Files of this format cannot be uploaded."))
        raise FileTypeUnknown(sentence, errors={"file": sentence})
    return wanted


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
