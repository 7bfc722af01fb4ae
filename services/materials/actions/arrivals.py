"""Taking in many files at once, first without a place; then putting each in the place somebody confirmed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import BinaryIO, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.materials.actions.renditions import add_rendition, open_to_files, usable
from services.materials.actions.stored import remember
from services.materials.errors import ArrivalUnknown, FileTypeUnknown, PlaceTwice
from services.materials.rules.arrivals import Destination
from services.materials.rules.guesses import guess
from services.materials.rules.media import kind_of
from shared.history import Deed, note
from shared.retention import delete_some
from shared.schema.base import new_id
from shared.schema.materials.arrivals import Arrival
from shared.schema.materials.files import Rendition
from shared.schema.materials.publications import Chapter
from shared.store import Store, pieces_of

WAITS: Final = timedelta(days=7)
"""A file nobody gave a place in so long was not meant."""
_LONGEST_NAME: Final = 255


def take_in(
    session: Session, store: Store, *, release_id: UUID, name: str, pieces: Iterable[bytes], limit: int, deed: Deed
) -> Arrival:
    """Keep a file of a release until its place is confirmed; what it is, is guessed from its name and bytes.

    Refuses what is empty, larger than ``limit`` bytes, or neither PDF nor EPUB nor text; nothing of it stays.
    """
    release = open_to_files(session, release_id)
    kinds: list[str] = []

    def check(file: BinaryIO) -> None:
        kind = kind_of(file)
        if kind is None:
            raise FileTypeUnknown(errors={"files": FileTypeUnknown.title})
        file.seek(0)
        usable(file, kind)
        kinds.append(kind)

    kept = store.keep(pieces, limit=limit, modified_at=deed.at, check=check)
    remember(session, store, kept, media_type=kinds[0])
    rows = session.execute(select(Chapter.number, Chapter.id).where(Chapter.release_id == release_id))
    chapters: dict[int, UUID] = dict(rows.all())
    said = guess(name, media_type=kinds[0], chapters=chapters)
    arrival = Arrival(
        id=new_id(),
        release_id=release_id,
        sha256=kept.sha256,
        name=name[:_LONGEST_NAME],
        language=said.language,
        chapter_id=chapters.get(said.chapter) if said.chapter else None,
        format=said.format,
        arrived_at=deed.at,
    )
    session.add(arrival)
    note(session, "release", release.id, deed, what="file_arrived")
    return arrival


def give_place(
    session: Session, store: Store, *, release_id: UUID, arrival_id: UUID, to: Destination, limit: int, deed: Deed
) -> Rendition:
    """Make of an arrival the rendition it is; refuses as :func:`add_rendition` does, and the arrival waits on."""
    arrival = _arrival(session, release_id, arrival_id)
    with store.reading(arrival.sha256) as file:
        rendition = add_rendition(
            session,
            store,
            release_id=release_id,
            language=to.language,
            format_=to.format,
            pieces=pieces_of(file),
            limit=limit,
            chapter_id=to.chapter_id,
            deed=deed,
        )
    session.delete(arrival)
    return rendition


def refuse_places_twice(wanted: Iterable[Destination]) -> None:
    """Refuse two files for one place: one would silently replace the other."""
    seen: set[Destination] = set()
    for one in wanted:
        if one in seen:
            raise PlaceTwice
        seen.add(one)


def drop_arrival(session: Session, *, release_id: UUID, arrival_id: UUID) -> None:
    """Let a file go that was not meant."""
    session.delete(_arrival(session, release_id, arrival_id))


def prune_arrivals(session: Session, *, now: datetime, limit: int) -> int:
    """Delete at most ``limit`` arrivals that nobody gave a place; return how many."""
    return delete_some(session, Arrival, Arrival.arrived_at < now - WAITS, limit=limit)


def _arrival(session: Session, release_id: UUID, arrival_id: UUID) -> Arrival:
    found = session.get(Arrival, arrival_id, with_for_update=True)
    if found is None or found.release_id != release_id:
        raise ArrivalUnknown
    return found
