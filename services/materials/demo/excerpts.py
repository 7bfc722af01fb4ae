"""Two chapters of the Reader by themselves: one open to everybody, one whose shelf opens later."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from services.materials.actions.publications import add_publication, draft_release, publish_release
from services.materials.actions.renditions import add_rendition
from services.materials.actions.shelves import place_on_shelf, put_up_shelf
from services.materials.demo.reader import LANGUAGES, Press
from shared.deeds import Deed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from shared.store import Store

OPEN: Final = "ilo-and-sse"
LATER: Final = "governance"
_LATER: Final = timedelta(days=30)
_INSTITUTION: Final = "International Training Centre of the ILO"


def add_excerpts(
    session: Session, store: Store, texts: Mapping[str, dict[str, Any]], *, press: Press, limit: int, now: datetime
) -> None:
    """Put the first chapter on a public shelf, and the second on one that opens in thirty days."""
    for slug, number, opens_at in ((OPEN, 1, None), (LATER, 2, now + _LATER)):
        deed = Deed(None, now)
        publication = add_publication(
            session,
            slug=slug,
            kind="document",
            edition_id=None,
            titles={code: text["chapters"][number - 1]["title"] for code, text in texts.items()},
            summaries={},
            contributors=[_INSTITUTION],
            publisher=_INSTITUTION,
            rights="© International Labour Organization",
            deed=deed,
        )
        release = draft_release(session, publication_id=publication.id, version="2011", dated="2011-10-24", deed=deed)
        for language in LANGUAGES:
            add_rendition(
                session,
                store,
                release_id=release.id,
                language=language,
                format_="pdf",
                pieces=[press.chapter(language, number)],
                limit=limit,
                deed=deed,
            )
        publish_release(session, release_id=release.id, deed=deed)
        shelf = put_up_shelf(
            session, edition_id=None, names={}, rule="public", opens_at=opens_at, closes_at=None, deed=deed
        )
        place_on_shelf(session, shelf_id=shelf.id, publication_id=publication.id, deed=deed)
