"""Putting up shelves, placing publications on them, opening them to people and closing them again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.materials.errors import PublicationUnknown, ShelfNeverOpen, ShelfUnknown
from services.materials.queries.enrolments import LivePlace, live_places
from services.materials.rules.shelves import ACCEPTED, MEMBER
from shared.history import Deed, begun, move, note
from shared.schema.base import new_id
from shared.schema.materials.publications import Publication
from shared.schema.materials.shelves import Shelf, ShelfItem, ShelfMember


def put_up_shelf(
    session: Session,
    *,
    edition_id: UUID | None,
    names: Mapping[str, str],
    rule: str,
    opens_at: datetime | None,
    closes_at: datetime | None,
    deed: Deed,
) -> Shelf:
    """Make a shelf. An ``accepted`` one is opened at once to everybody who has a place already.

    Refuses with :class:`ShelfNeverOpen` one that would close before it opens.
    """
    if opens_at is not None and closes_at is not None and closes_at <= opens_at:
        raise ShelfNeverOpen(errors={"closes_at": ShelfNeverOpen.title})
    shelf = Shelf(
        id=new_id(), edition_id=edition_id, names=dict(names), rule=rule, opens_at=opens_at, closes_at=closes_at
    )
    if edition_id is not None:
        _one_at_a_time(session, edition_id)
    session.add(shelf)
    session.flush()  # members point at it
    note(session, "shelf", shelf.id, deed, what="put_up", edition_id=edition_id)
    if edition_id is not None and rule == ACCEPTED:
        for place in live_places(session, edition_id=edition_id):
            _open_shelf(session, shelf_id=shelf.id, edition_id=edition_id, place=place, deed=deed)
    return shelf


def change_shelf(
    session: Session,
    *,
    shelf_id: UUID,
    names: Mapping[str, str],
    opens_at: datetime | None,
    closes_at: datetime | None,
    deed: Deed,
) -> None:
    """Give a shelf other names and times; who may open it stays. Refuses as :func:`put_up_shelf` does."""
    shelf = session.get(Shelf, shelf_id, with_for_update=True)
    if shelf is None:
        raise ShelfUnknown
    if opens_at is not None and closes_at is not None and closes_at <= opens_at:
        raise ShelfNeverOpen(errors={"closes_at": ShelfNeverOpen.title})
    shelf.names, shelf.opens_at, shelf.closes_at = dict(names), opens_at, closes_at
    note(session, "shelf", shelf_id, deed, what="changed", edition_id=shelf.edition_id)


def take_down_shelf(session: Session, *, shelf_id: UUID, deed: Deed) -> None:
    """Delete a shelf; nobody may open anything by it any more, and what stood on it stays in the library."""
    shelf = session.get(Shelf, shelf_id, with_for_update=True)
    if shelf is None:
        raise ShelfUnknown
    if shelf.edition_id is not None:
        _one_at_a_time(session, shelf.edition_id)
    held = session.scalars(
        select(ShelfMember.id).where(ShelfMember.shelf_id == shelf_id, ShelfMember.closed_at.is_(None))
    ).all()
    move(session, MEMBER, held, "closed", deed)
    session.execute(delete(ShelfMember).where(ShelfMember.shelf_id == shelf_id))
    session.execute(delete(ShelfItem).where(ShelfItem.shelf_id == shelf_id))
    note(session, "shelf", shelf_id, deed, what="taken_down", edition_id=shelf.edition_id)
    session.delete(shelf)


def place_on_shelf(session: Session, *, shelf_id: UUID, publication_id: UUID, deed: Deed) -> None:
    """Put a publication on a shelf; putting it there twice changes nothing."""
    if session.get(Shelf, shelf_id) is None:
        raise ShelfUnknown
    publication = session.get(Publication, publication_id)
    if publication is None:
        raise PublicationUnknown
    placed = session.execute(
        insert(ShelfItem)
        .values(shelf_id=shelf_id, publication_id=publication_id)
        .on_conflict_do_nothing()
        .returning(ShelfItem.shelf_id)
    )
    if placed.first() is not None:
        _note_place(session, publication, shelf_id, deed, what="placed")


def take_from_shelf(session: Session, *, shelf_id: UUID, publication_id: UUID, deed: Deed) -> None:
    """Take a publication from a shelf; nobody may open it by this shelf any more."""
    item = session.get(ShelfItem, (shelf_id, publication_id))
    if item is not None:
        session.delete(item)
        _note_place(session, session.get_one(Publication, publication_id), shelf_id, deed, what="taken")


def open_shelves(session: Session, *, edition_id: UUID, enrolment_id: UUID, now: datetime) -> int:
    """Open the edition's accepted shelves to one enrolment, if it is still live; return how many opened now.

    Each one that opens is a fact, and only the first time: hearing of the same place twice changes nothing.
    """
    _one_at_a_time(session, edition_id)
    opened = 0
    for place in live_places(session, edition_id=edition_id, enrolment_id=enrolment_id):
        shelves = select(Shelf.id).where(Shelf.edition_id == edition_id, Shelf.rule == ACCEPTED).order_by(Shelf.id)
        for shelf_id in session.scalars(shelves).all():
            opened += _open_shelf(session, shelf_id=shelf_id, edition_id=edition_id, place=place, deed=Deed(None, now))
    return opened


def copy_shelves(session: Session, *, from_edition_id: UUID, edition_id: UUID, days: int, now: datetime) -> None:
    """Put up for an edition the shelves of another one, with what stands on them, opening so many days later.

    Clocks that go forward or back between the two move a time by their hour; the desk sees and changes the times.
    """
    later, deed = timedelta(days=days), Deed(None, now)
    for old in session.scalars(select(Shelf).where(Shelf.edition_id == from_edition_id).order_by(Shelf.id)).all():
        new = put_up_shelf(
            session,
            edition_id=edition_id,
            names=old.names,
            rule=old.rule,
            opens_at=old.opens_at + later if old.opens_at else None,
            closes_at=old.closes_at + later if old.closes_at else None,
            deed=deed,
        )
        held = select(ShelfItem.publication_id).where(ShelfItem.shelf_id == old.id)
        for publication_id in session.scalars(held.order_by(ShelfItem.placed_at)).all():
            place_on_shelf(session, shelf_id=new.id, publication_id=publication_id, deed=deed)


def close_shelves(session: Session, *, enrolment_id: UUID, now: datetime) -> int:
    """Close every shelf to an enrolment; return how many were open. Access ended already with the enrolment."""
    held = session.scalars(
        select(ShelfMember.id)
        .where(ShelfMember.enrolment_id == enrolment_id, ShelfMember.closed_at.is_(None))
        .order_by(ShelfMember.id)
        .with_for_update()
    ).all()
    move(session, MEMBER, held, "closed", Deed(None, now))
    return len(held)


def _note_place(session: Session, publication: Publication, shelf_id: UUID, deed: Deed, *, what: str) -> None:
    details = {"shelf": str(shelf_id)}
    note(session, "publication", publication.id, deed, what=what, edition_id=publication.edition_id, details=details)


def _open_shelf(session: Session, *, shelf_id: UUID, edition_id: UUID, place: LivePlace, deed: Deed) -> bool:
    row = {"id": new_id(), "shelf_id": shelf_id, "person_id": place.person_id, "enrolment_id": place.enrolment_id}
    new = session.scalar(
        insert(ShelfMember).values(**row, opened_at=deed.at).on_conflict_do_nothing().returning(ShelfMember.id)
    )
    if new is None:
        return False
    begun(session, MEMBER, "opened", deed, [row], more={new: {"edition_id": edition_id}})
    return True


def _one_at_a_time(session: Session, edition_id: UUID) -> None:
    """Let a new shelf and a new place of one edition wait for each other, so that neither misses the other."""
    lock = func.hashtextextended(f"materials.shelves {edition_id}", 0)
    session.execute(select(func.pg_advisory_xact_lock(lock)))
