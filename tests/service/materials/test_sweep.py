"""What no row names any more goes from the disk, a while later; what a row names never."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, insert, select

from services.materials.actions.renditions import add_rendition
from services.materials.gateways.store import FolderStore, store_at
from services.materials.rounds.sweeping import sweep_store
from shared.clock import now
from shared.deeds import Deed
from shared.schema.base import new_id
from shared.schema.materials.arrivals import Arrival
from shared.schema.materials.files import Rendition, StoredFile
from shared.schema.materials.making import Making, Page
from tests.service.materials.test_way_back import add_file, drafted
from tests.support.academy import edition_called
from tests.support.library import PDF, Reader, reader_in

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from shared.database import Database

DAY = timedelta(days=1)


@pytest.fixture
def reader(registration_database: Database, materials_database: Database, tmp_path: Path) -> Reader:
    edition_id = edition_called(registration_database, "montreal-2011")
    return reader_in(materials_database, tmp_path, edition_id=edition_id)


@pytest.fixture
def draft(materials_database: Database, reader: Reader) -> UUID:
    return drafted(materials_database, reader)


def sweep(database: Database, folder: Path, *, days: float = 0) -> int:
    """Sweep as if so many days had passed."""
    return sweep_store(database, store_at(folder.as_uri()), now=lambda: now() + days * DAY)


def hash_of(database: Database, rendition_id: UUID) -> str:
    with database.reading() as session:
        return session.scalars(select(Rendition.sha256).where(Rendition.id == rendition_id)).one()


def unname(database: Database, *hashes: str) -> None:
    """Take away the renditions of files, as whoever deletes a draft does."""
    with database.transaction() as session:
        session.execute(delete(Making).where(Making.sha256.in_(hashes)))
        session.execute(delete(Rendition).where(Rendition.sha256.in_(hashes)))


def test_a_file_that_was_replaced_goes_a_week_after_it_was_found_without_a_name(
    materials_database: Database, reader: Reader, draft: UUID, tmp_path: Path
) -> None:
    old = hash_of(materials_database, add_file(materials_database, tmp_path, draft, "fr", PDF + b"old"))
    new = hash_of(materials_database, add_file(materials_database, tmp_path, draft, "fr", PDF + b"new"))
    store = store_at(tmp_path.as_uri())
    for days in (0, 6.9):
        assert sweep(materials_database, tmp_path, days=days) == 0
        assert store.size(old) is not None
    assert sweep(materials_database, tmp_path, days=7.1) == 1
    assert [store.size(one) is None for one in (old, new, reader.sha256)] == [True, False, False]
    with materials_database.reading() as session:
        assert set(session.scalars(select(StoredFile.sha256))) == {new, reader.sha256}


def test_what_is_stored_again_meanwhile_stays(materials_database: Database, draft: UUID, tmp_path: Path) -> None:
    add_file(materials_database, tmp_path, draft, "fr", PDF + b"old")
    add_file(materials_database, tmp_path, draft, "fr", PDF + b"new")
    sweep(materials_database, tmp_path)
    back = hash_of(materials_database, add_file(materials_database, tmp_path, draft, "es", PDF + b"old"))
    assert sweep(materials_database, tmp_path, days=8) == 0
    with materials_database.reading() as session:
        assert session.scalars(select(StoredFile.let_go_at).where(StoredFile.sha256 == back)).one() is None


@pytest.mark.parametrize("name", ["rendition", "arrival", "picture"])
def test_whatever_names_a_file_keeps_it(
    materials_database: Database, reader: Reader, draft: UUID, tmp_path: Path, name: str
) -> None:
    sha256 = hash_of(materials_database, add_file(materials_database, tmp_path, draft, "fr", PDF + b"named"))
    if name != "rendition":
        unname(materials_database, sha256)
    arrival = {"id": new_id(), "release_id": draft, "sha256": sha256, "name": "x.pdf", "format": "pdf"}
    page = {"sha256": reader.sha256, "number": 1, "language": "en", "text": "", "image": sha256, "words": ""}
    with materials_database.transaction() as session:
        if name == "arrival":
            session.execute(insert(Arrival).values(arrival))
        if name == "picture":
            session.execute(insert(Page).values(page))
    for days in (0, 30):
        assert sweep(materials_database, tmp_path, days=days) == 0
    assert store_at(tmp_path.as_uri()).size(sha256) is not None


def test_the_pictures_of_a_file_that_went_go_after_it(
    materials_database: Database, draft: UUID, tmp_path: Path
) -> None:
    whole = hash_of(materials_database, add_file(materials_database, tmp_path, draft, "fr", PDF + b"whole"))
    picture = hash_of(materials_database, add_file(materials_database, tmp_path, draft, "es", PDF + b"picture"))
    unname(materials_database, whole, picture)
    page = {"sha256": whole, "number": 1, "language": "fr", "text": "", "image": picture, "words": ""}
    with materials_database.transaction() as session:
        session.execute(insert(Page).values(page))
    assert [sweep(materials_database, tmp_path, days=days) for days in (0, 8, 9, 17)] == [0, 1, 0, 1]


def test_what_a_refused_upload_left_without_a_row_goes_once_nobody_can_be_at_it(
    materials_database: Database, reader: Reader, tmp_path: Path
) -> None:
    store = FolderStore(tmp_path)
    left = [store.keep([f"left {number}".encode()], limit=100, modified_at=now()).sha256 for number in range(5)]
    assert sweep(materials_database, tmp_path) == 0, "its request may be under way"
    gone = sweep_store(materials_database, store, now=now, batch=2, untouched_for=timedelta(0))
    assert (gone, [store.size(one) for one in left]) == (5, [None] * 5)
    assert store.size(reader.sha256) is not None


class Swept(FolderStore):
    """A store that the sweep empties between the writing of the bytes and that of the row."""

    def modified_at(self, sha256: str) -> float | None:
        found = super().modified_at(sha256)
        self.drop(sha256)
        return found


def test_no_row_is_written_for_bytes_that_the_sweep_has_just_let_go(
    materials_database: Database, reader: Reader, draft: UUID, tmp_path: Path
) -> None:
    with pytest.raises(FileNotFoundError), materials_database.transaction() as session:
        add_rendition(
            session,
            Swept(tmp_path),
            release_id=draft,
            language="fr",
            format_="pdf",
            pieces=[PDF + b"x"],
            limit=1_000_000,
            deed=Deed(None, now()),
        )
    with materials_database.reading() as session:
        assert session.scalars(select(StoredFile.sha256)).all() == [reader.sha256]
