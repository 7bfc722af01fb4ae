"""Taking files in."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import BinaryIO
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.materials.actions.makings import ask_for_making
from services.materials.actions.publications import draft_of, translation_of
from services.materials.actions.stored import names_of, remember
from services.materials.errors import FileTypeUnknown, ReleaseIsPublished
from services.materials.rules.media import FORMATS, unfit
from shared.history import Deed, note
from shared.schema.base import new_id
from shared.schema.materials.files import Rendition
from shared.schema.materials.publications import Chapter, Publication, Release
from shared.store import FileEmpty, Store
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
    release = open_to_files(session, release_id)
    media_type = FORMATS.get(format_)
    if media_type is None:
        unknown = _l("Files of this format cannot be uploaded.")
        raise FileTypeUnknown(unknown, errors={"file": unknown})
    kept = store.keep(pieces, limit=limit, modified_at=deed.at, check=partial(usable, media_type=media_type))
    remember(session, store, kept, media_type=media_type)
    publication = session.get_one(Publication, release.publication_id)
    title = text_in(publication.titles, language)
    chapter = session.get_one(Chapter, chapter_id) if chapter_id else None
    translation = translation_of(session, release_id=release_id, language=language, title=title)
    named = names_of(publication, release, translation, chapter, format_)
    new = insert(Rendition).values(
        id=new_id(),
        translation_id=translation.id,
        chapter_id=chapter_id,
        format=format_,
        sha256=kept.sha256,
        filename=named.filename,
        full_name=named.full_name,
        pages=pages,
        made_from=None,
        uploaded_by=deed.by,
        uploaded_at=deed.at,
    )
    replaced = {
        name: new.excluded[name] for name in ("sha256", "full_name", "pages", "made_from", "uploaded_by", "uploaded_at")
    }
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
    rendition = session.scalars(
        select(Rendition).where(Rendition.id == rendition_id).execution_options(populate_existing=True)
    ).one()
    ask_for_making(session, rendition=rendition, edition_id=publication.edition_id, deed=deed)
    return rendition


def open_to_files(session: Session, release_id: UUID) -> Release:
    """Return the release, locked, if it takes files: a draft, or a published one that lacks something."""
    release = session.get(Release, release_id, with_for_update=True)
    if release is not None and release.state == "published":
        return release
    return draft_of(session, release_id=release_id)


def usable(file: BinaryIO, media_type: str) -> None:
    """Refuse what nobody could open, before it has a place in the store."""
    if not file.read(1):
        raise FileEmpty(errors={"file": FileEmpty.title})
    found = unfit(file, media_type=media_type)
    if found is not None:
        raise FileTypeUnknown(found.reason, errors={"file": found.reason})
