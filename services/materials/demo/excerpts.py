"""Two chapters of the Reader by themselves: one open to everybody, one whose shelf opens later."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from services.materials.actions.shelves import place_on_shelf, put_up_shelf
from services.materials.demo.pdfs import publish_pdfs
from services.materials.demo.reader import Press
from shared.deeds import Deed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from shared.store import Store

OPEN: Final = "ilo-and-sse"
LATER: Final = "governance"
_LATER: Final = timedelta(days=30)


def add_excerpts(
    session: Session, store: Store, texts: Mapping[str, dict[str, Any]], *, press: Press, limit: int, now: datetime
) -> None:
    """Put the first chapter on a public shelf, and the second on one that opens in thirty days."""
    for slug, number, opens_at in ((OPEN, 1, None), (LATER, 2, now + _LATER)):
        deed = Deed(None, now)
        publication_id = publish_pdfs(
            session,
            store,
            slug=slug,
            kind="document",
            titles={code: text["chapters"][number - 1]["title"] for code, text in texts.items()},
            summaries={},
            dated="2011-10-24",
            printed=partial(press.chapter, number=number),
            limit=limit,
            deed=deed,
        )
        shelf = put_up_shelf(
            session, edition_id=None, names={}, rule="public", opens_at=opens_at, closes_at=None, deed=deed
        )
        place_on_shelf(session, shelf_id=shelf.id, publication_id=publication_id, deed=deed)
