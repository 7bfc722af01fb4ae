"""Views of the applications, kept by name for everybody at the desk of an edition."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.deeds import Deed
from shared.errors import Conflict, NotFound
from shared.schema.base import new_id
from shared.schema.registration import SavedView
from shared.words.sentences import _l

MOST: Final = 50
"""So many names are still a list that somebody reads."""


class ViewsFull(Conflict):
    """There are as many views as anybody reads."""

    title = _l("There are fifty views already: drop one first")


class ViewUnknown(NotFound):
    """No such view of this edition, or it is gone."""

    title = _l("We do not know this view")


def save_view(session: Session, *, edition_id: UUID, name: str, query: str, deed: Deed) -> UUID:
    """Keep a view by a name, in place of the one that has it; return its id. Refuses with :class:`ViewsFull`."""
    there = session.execute(select(func.count()).where(SavedView.edition_id == edition_id)).scalar_one()
    if there >= MOST:
        raise ViewsFull
    row = {"query": query, "made_by": deed.by, "made_at": deed.at}
    statement = insert(SavedView).values(id=new_id(), edition_id=edition_id, name=name, **row)
    kept = statement.on_conflict_do_update(index_elements=["edition_id", "name"], set_=row).returning(SavedView.id)
    return session.execute(kept).scalar_one()


def drop_view(session: Session, *, edition_id: UUID, view_id: UUID) -> None:
    """Forget a view; links to what it showed still work. Refuses with :class:`ViewUnknown`."""
    gone = delete(SavedView).where(SavedView.id == view_id, SavedView.edition_id == edition_id)
    if session.execute(gone.returning(SavedView.id)).scalar() is None:
        raise ViewUnknown
