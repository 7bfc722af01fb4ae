"""The demo's library: the Reader of 2011, really typeset, on the shelves of those who have a place.

Its facts are those of the announcement of 2011; chapters whose text that does not give are short and labelled.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import select

from services.materials.actions.publications import add_chapter, add_publication, draft_release, publish_release
from services.materials.actions.renditions import add_rendition
from services.materials.actions.shelves import place_on_shelf, put_up_shelf
from services.materials.demo.excerpts import add_excerpts
from services.materials.demo.fetching import let_people_fetch
from services.materials.demo.others import add_others
from services.materials.demo.reader import LANGUAGES, Press, plain_text, texts_in
from services.materials.rules.shelves import ACCEPTED
from shared.deeds import Deed
from shared.editions import editions_by_id
from shared.schema.materials.publications import Publication
from shared.store import Store, store_at

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from services.materials.settings import MaterialsSettings
    from shared.database import Database

SLUG: Final = "sse-reader"
VERSION: Final = "2011"
SHELF_NAMES: Final = {
    "en": "For participants",
    "fr": "Pour les participants",
    "es": "Para los participantes",
    "pt": "Para os participantes",
    "ar": "للمشاركين",
}


def load(database: Database, settings: MaterialsSettings, *, now: datetime) -> UUID:
    """Put the Reader into the library and on the accepted shelf of each edition; return the publication's id.

    It was made for 2011, but belongs to no single edition: the demo's made-up one gives it out as well, so that
    everything can be tried. Loading it twice changes nothing. LookupError when there is no edition yet.
    """
    store = store_at(settings.store_url)
    with database.transaction() as session:
        present = session.scalar(select(Publication.id).where(Publication.slug == SLUG))
        if present is not None:
            return present
        editions = editions_by_id(session)
        if not editions:
            raise LookupError("there is no edition yet: load registration's demo first")
        texts = {language: texts_in(language) for language in LANGUAGES}
        deed = Deed(None, now)
        publication = add_publication(
            session,
            slug=SLUG,
            kind="reader",
            edition_id=None,
            titles={code: f"{text['title']}: {text['subtitle']}" for code, text in texts.items()},
            summaries={code: text["summary"] for code, text in texts.items()},
            contributors=["International Training Centre of the ILO"],
            publisher="International Training Centre of the ILO",
            rights="© International Labour Organization",
            deed=deed,
        )
        press = Press()
        release_id = _release(session, store, publication, texts, press=press, settings=settings, now=now)
        shelf_ids = []
        for edition_id in editions:
            shelf = put_up_shelf(
                session,
                edition_id=edition_id,
                names=SHELF_NAMES,
                rule=ACCEPTED,
                opens_at=None,
                closes_at=None,
                deed=deed,
            )
            place_on_shelf(session, shelf_id=shelf.id, publication_id=publication.id, deed=deed)
            shelf_ids.append(shelf.id)
        let_people_fetch(session, publication_id=publication.id, release_id=release_id, now=now)
        limit = settings.upload_limit
        add_excerpts(session, store, texts, press=press, limit=limit, now=now)
        add_others(session, store, texts, press=press, shelf_ids=shelf_ids, limit=limit, now=now)
        return publication.id


def _release(
    session: Session,
    store: Store,
    publication: Publication,
    texts: dict[str, dict[str, Any]],
    *,
    press: Press,
    settings: MaterialsSettings,
    now: datetime,
) -> UUID:
    deed = Deed(None, now)
    release = draft_release(session, publication_id=publication.id, version=VERSION, dated="2011-10-24", deed=deed)
    whole = {language: press.whole(language) for language in LANGUAGES}
    chapters = [
        add_chapter(
            session,
            release_id=release.id,
            number=number,
            titles={code: text["chapters"][number - 1]["title"] for code, text in texts.items()},
            authors=[],
            pages={code: made.chapter_pages[number - 1] for code, made in whole.items()},
            deed=deed,
        )
        for number in range(1, len(texts["en"]["chapters"]) + 1)
    ]

    def add(language: str, format_: str, content: bytes, *, chapter_id: UUID | None = None, pages: int | None) -> None:
        add_rendition(
            session,
            store,
            release_id=release.id,
            language=language,
            format_=format_,
            pieces=[content],
            limit=settings.upload_limit,
            chapter_id=chapter_id,
            pages=pages,
            deed=deed,
        )

    for language in LANGUAGES:
        add(language, "pdf", whole[language].pdf, pages=whole[language].pages)
        add(language, "text", plain_text(texts[language]), pages=None)
        for chapter in chapters:
            first, last = chapter.pages[language]
            pdf = press.chapter(language, chapter.number)
            add(language, "pdf", pdf, chapter_id=chapter.id, pages=last - first + 1)
    publish_release(session, release_id=release.id, deed=deed)
    return release.id
