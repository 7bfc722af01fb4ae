"""Keeping what the workshop made: rows for pages, files in the store, renditions beside the one they were made of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, literal_column, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.materials.actions.stored import names_of, remember
from services.materials.gateways.workshop import Piece, Spoiled, Workshop
from services.materials.rules.makings import has_text, is_worth_it, labels_of, span_on_sheets
from services.materials.rules.media import FORMATS
from services.materials.rules.words import words_in
from shared.schema.base import new_id
from shared.schema.materials.files import Rendition, StoredFile
from shared.schema.materials.making import Making, Page, Word
from shared.schema.materials.publications import Chapter, Publication, Release, Translation
from shared.store import Store, pieces_of
from shared.words.languages import LANGUAGES

WEBP: Final = "image/webp"
_LIMIT: Final = 1_000_000_000
"""Beyond what the workshop's own bounds let it write."""


def keep_pages(
    session: Session, store: Store, making: Making, rendition: Rendition, piece: Piece, *, now: datetime
) -> None:
    """Write down the pages of a slice, with their pictures; say how far the work has come."""
    if not piece.word["count"]:
        raise Spoiled("empty")
    language = session.get_one(Translation, rendition.translation_id).language
    for page in piece.word["pages"]:
        pictures = {
            kind: _picture(session, store, piece.folder / page[kind], now=now) if kind in page else None
            for kind in ("image", "small")
        }
        _keep_page(session, rendition.sha256, language, page, pictures)
        making.letters += len(page["text"])
        making.pages_done = page["number"]
    making.pages = piece.word["count"]
    if piece.word["outline"]:
        making.outline = piece.word["outline"]
    if rendition.format == "pdf":
        rendition.pages = making.pages


def _picture(session: Session, store: Store, path: Path, *, now: datetime) -> str:
    with path.open("rb") as file:
        kept = store.keep(pieces_of(file), limit=_LIMIT, modified_at=now)
    remember(session, store, kept, media_type=WEBP)
    return kept.sha256


def _keep_page(
    session: Session, sha256: str, language: str, page: dict[str, Any], pictures: dict[str, str | None]
) -> None:
    configuration: ColumnElement[str] = literal_column(
        f"'materials.{language if language in LANGUAGES else 'en'}'::regconfig"
    )
    text = page["text"]
    row = insert(Page).values(
        sha256=sha256,
        number=page["number"],
        language=language,
        label=page.get("label", ""),
        text=text,
        lines=page.get("lines", []),
        width=page.get("width"),
        height=page.get("height"),
        words=func.to_tsvector(configuration, text),
        **pictures,
    )
    session.execute(
        row.on_conflict_do_update(
            index_elements=["sha256", "number"],
            set_={column.name: row.excluded[column.name] for column in Page.__table__.c if not column.primary_key},
        )
    )
    words = words_in(text)
    if words:
        told = insert(Word).values([{"language": language, "word": word} for word in sorted(words)])
        session.execute(told.on_conflict_do_nothing())


def keep_light(session: Session, store: Store, rendition: Rendition, piece: Piece, *, now: datetime) -> None:
    """Offer the light version where it is lighter; one that somebody uploaded stays."""
    path = piece.folder / "light.pdf"
    original = session.get_one(StoredFile, rendition.sha256).size
    if is_worth_it(path.stat().st_size, original=original):
        with path.open("rb") as file:
            offer(session, store, rendition, pieces_of(file), format_="light_pdf", pages=rendition.pages, now=now)


def keep_text(session: Session, store: Store, making: Making, rendition: Rendition, *, now: datetime) -> None:
    """Offer what is written on the pages as plain text, a form feed after each page; nothing for scanned ones."""
    if has_text(making.letters, pages=making.pages or 0):
        texts = select(Page.text).where(Page.sha256 == rendition.sha256).order_by(Page.number)
        written = "\f\n".join(session.scalars(texts)) + "\n"
        offer(session, store, rendition, [written.encode()], format_="text", pages=None, now=now)


def keep_parts(
    session: Session, store: Store, workshop: Workshop, rendition: Rendition, source: Path, *, now: datetime
) -> None:
    """Cut out each chapter that has pages in this language and no file of its own yet."""
    translation = session.get_one(Translation, rendition.translation_id)
    has_file = (
        select(Rendition.id)
        .where(Rendition.chapter_id == Chapter.id, Rendition.translation_id == translation.id)
        .where(Rendition.format == "pdf")
        .exists()
    )
    chapters = session.scalars(
        select(Chapter)
        .where(Chapter.release_id == translation.release_id, ~has_file, Chapter.pages.has_key(translation.language))
        .order_by(Chapter.number)
    )
    rows = session.execute(select(Page.number, Page.label).where(Page.sha256 == rendition.sha256).order_by(Page.number))
    labels = labels_of([(number, label) for number, label in rows])
    spans = {
        chapter: span
        for chapter in chapters
        if (span := span_on_sheets(chapter.pages[translation.language], labels=labels, count=rendition.pages or 0))
    }
    if not spans:
        return
    with workshop.step("parts", source, spans=[list(span) for span in spans.values()]) as piece:
        for number, (chapter, (first, last)) in enumerate(spans.items()):
            with (piece.folder / f"{number}.pdf").open("rb") as file:
                pages = last - first + 1
                offer(session, store, rendition, pieces_of(file), format_="pdf", pages=pages, now=now, part=chapter)


def offer(
    session: Session,
    store: Store,
    source: Rendition,
    pieces: Iterable[bytes],
    *,
    format_: str,
    pages: int | None,
    now: datetime,
    part: Chapter | None = None,
) -> None:
    """Put what was made of ``source`` beside it; what somebody uploaded in that place stays."""
    translation = session.get_one(Translation, source.translation_id)
    release = session.get_one(Release, translation.release_id)
    publication = session.get_one(Publication, release.publication_id)
    kept = store.keep(pieces, limit=_LIMIT, modified_at=now)
    remember(session, store, kept, media_type=FORMATS[format_])
    named = names_of(publication, release, translation, part, format_)
    chapter_id: UUID | None = part.id if part else None
    row = insert(Rendition).values(
        id=new_id(),
        translation_id=translation.id,
        chapter_id=chapter_id,
        format=format_,
        sha256=kept.sha256,
        filename=named.filename,
        full_name=named.full_name,
        pages=pages,
        made_from=source.id,
        uploaded_at=now,
    )
    session.execute(row.on_conflict_do_nothing(constraint="uq_rendition_translation_id_chapter_id_format"))
