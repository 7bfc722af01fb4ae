"""Offering a work as EPUB, made of what is written on its pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.materials.actions.made import offer
from services.materials.rules.books import Book, Section, epub_of
from services.materials.rules.flowing import flowing
from services.materials.rules.makings import has_text, labels_of, span_on_sheets
from services.materials.rules.parts import Part, Spanned, parts_of
from shared.schema.materials.files import Rendition
from shared.schema.materials.making import Making, Page
from shared.schema.materials.publications import Chapter, Publication, Release, Translation
from shared.store import Store
from shared.words.languages import text_in


def keep_book(session: Session, store: Store, making: Making, rendition: Rendition, *, now: datetime) -> None:
    """Offer the work as EPUB where it has a text; of a draft whose chapters changed, anew."""
    if rendition.chapter_id is not None or not has_text(making.letters, pages=making.pages or 0):
        return
    translation = session.get_one(Translation, rendition.translation_id)
    release = session.get_one(Release, translation.release_id)
    rows = session.execute(
        select(Page.number, Page.label, Page.text).where(Page.sha256 == rendition.sha256).order_by(Page.number)
    ).all()
    chapters = session.scalars(select(Chapter).where(Chapter.release_id == release.id).order_by(Chapter.number)).all()
    spans = _spans(chapters, [(number, label) for number, label, _text in rows], language=translation.language)
    texts = {number: text for number, _label, text in rows}
    sections = [_section(part, texts) for part in parts_of(spans, count=len(rows))]
    written = [section for section in sections if section.blocks]
    if not written:
        return
    if release.state == "draft":
        made = (Rendition.made_from == rendition.id, Rendition.format == "epub", Rendition.chapter_id.is_(None))
        session.execute(delete(Rendition).where(*made))
    book = _book(session.get_one(Publication, release.publication_id), release, translation, rendition)
    offer(session, store, rendition, [epub_of(book, written)], format_="epub", pages=None, now=now)


def _spans(chapters: Sequence[Chapter], rows: list[tuple[int, str]], *, language: str) -> list[Spanned]:
    labels, found = labels_of(rows), []
    for chapter in chapters:
        span = None
        if language in chapter.pages:
            span = span_on_sheets(chapter.pages[language], labels=labels, count=len(rows))
        if span:
            found.append(Spanned(chapter.number, text_in(chapter.titles, language), tuple(chapter.authors), *span))
    return found


def _section(part: Part, texts: dict[int, str]) -> Section:
    blocks = flowing([(sheet, texts[sheet]) for sheet in part.sheets if sheet in texts])
    if part.title and blocks and blocks[0].text.casefold() == part.title.casefold():
        del blocks[0]  # it is the section's own heading
    return Section(part.title or f"{part.first}–{part.last}", blocks)  # noqa: RUF001 - a range has an en dash


def _book(publication: Publication, release: Release, translation: Translation, rendition: Rendition) -> Book:
    language = translation.language
    named = (publication.slug, release.version, language, rendition.sha256)
    return Book(
        identifier=f"urn:uuid:{uuid5(NAMESPACE_URL, '/'.join(named))}",
        title=translation.title or publication.slug,
        language=language,
        contributors=publication.contributors,
        publisher=publication.publisher,
        dated=release.dated,
        rights=publication.licence or publication.rights,
        summary=text_in(publication.summaries, language),
        modified_at=rendition.uploaded_at,
    )
