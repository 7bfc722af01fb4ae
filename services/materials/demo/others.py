"""What is no text to read: slides about the Reader, and a link to where the Academy of 2011 was announced."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from services.materials.actions.publications import add_publication, draft_release, publish_release
from services.materials.actions.shelves import place_on_shelf
from services.materials.demo.pdfs import INSTITUTION, publish_pdfs
from services.materials.demo.reader import Press
from shared.deeds import Deed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy.orm import Session

    from shared.store import Store

SLIDES: Final = "sse-reader-slides"
LINK: Final = "academy-2011-announced"
_ANNOUNCED: Final = "http://socialeconomy.itcilo.org/en"
_SLIDES_TITLES: Final = {
    "en": "The Reader in slides",
    "fr": "Le Reader en diapositives",
    "es": "El Reader en diapositivas",
    "pt": "O Reader em diapositivos",
    "ar": "كتاب القراءات في شرائح",
}
_LINK_TITLES: Final = {
    "en": "Where the Academy of 2011 was announced",
    "fr": "Où l’Académie de 2011 a été annoncée",
    "es": "Dónde se anunció la Academia de 2011",
    "pt": "Onde foi anunciada a Academia de 2011",
    "ar": "حيث أُعلن عن أكاديمية 2011",
}


def add_others(
    session: Session,
    store: Store,
    texts: Mapping[str, dict[str, Any]],
    *,
    press: Press,
    shelf_ids: Iterable[UUID],
    limit: int,
    now: datetime,
) -> None:
    """Put slides and a link on the shelves."""
    deed = Deed(None, now)
    made = [_slides(session, store, texts, press=press, limit=limit, deed=deed), _link(session, deed=deed)]
    for shelf_id in shelf_ids:
        for publication_id in made:
            place_on_shelf(session, shelf_id=shelf_id, publication_id=publication_id, deed=deed)


def _slides(
    session: Session, store: Store, texts: Mapping[str, dict[str, Any]], *, press: Press, limit: int, deed: Deed
) -> UUID:
    return publish_pdfs(
        session,
        store,
        slug=SLIDES,
        kind="slides",
        titles=_SLIDES_TITLES,
        summaries={code: text["summary"] for code, text in texts.items()},
        dated="2011",
        printed=press.slides,
        limit=limit,
        deed=deed,
    )


def _link(session: Session, *, deed: Deed) -> UUID:
    publication = add_publication(
        session,
        slug=LINK,
        kind="link",
        edition_id=None,
        titles=_LINK_TITLES,
        summaries={},
        contributors=[INSTITUTION],
        link=_ANNOUNCED,
        deed=deed,
    )
    release = draft_release(session, publication_id=publication.id, version="2011", dated="2011", deed=deed)
    publish_release(session, release_id=release.id, deed=deed)
    return publication.id
