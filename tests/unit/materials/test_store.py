from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, strategies as st

from services.materials.rules.reach import Holders, reach_of
from shared.store import FileTooLarge, FolderStore, StoreUnknown, store_at

if TYPE_CHECKING:
    from collections.abc import Iterator

THEN = datetime(2011, 10, 24, 8, 0, 0, 999, tzinfo=UTC)


def files_under(folder: Path) -> list[Path]:
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


def test_a_file_is_kept_under_its_hash_with_the_time_it_was_given(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    kept = store.keep([b"common ", b"road"], limit=100, modified_at=THEN)
    expected = hashlib.sha256(b"common road").hexdigest()
    assert (kept.sha256, kept.size) == (expected, 11)
    assert files_under(tmp_path) == [Path(expected[:2]) / expected]
    assert store.modified_at(expected) == int(THEN.timestamp())
    assert store.delivery(expected).path == f"/_files/{expected[:2]}/{expected}"
    with store.reading(expected) as file:
        assert file.read() == b"common road"


def test_what_is_kept_is_never_written_again(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    first = store.keep([b"road"], limit=100, modified_at=THEN)
    path = tmp_path / first.sha256[:2] / first.sha256
    before = path.stat()
    second = store.keep([b"ro", b"ad"], limit=100, modified_at=datetime(2020, 1, 1, tzinfo=UTC))
    after = path.stat()
    assert first == second
    assert (before.st_ino, before.st_mtime) == (after.st_ino, after.st_mtime)


def test_a_stream_that_is_too_long_or_breaks_leaves_nothing_behind(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    with pytest.raises(FileTooLarge):
        store.keep([b"12345", b"67890"], limit=9, modified_at=THEN)

    def broken() -> Iterator[bytes]:
        yield b"12345"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        store.keep(broken(), limit=100, modified_at=THEN)
    assert files_under(tmp_path) == []


def test_the_same_file_from_many_sides_at_once_is_one_file(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    with ThreadPoolExecutor(16) as pool:
        kept = set(pool.map(lambda _: store.keep([b"road"] * 1000, limit=10_000, modified_at=THEN).sha256, range(16)))
    assert len(kept) == 1
    assert len(files_under(tmp_path)) == 1


@pytest.mark.parametrize("url", ["s3:///bucket", "ftp://bucket", "file://elsewhere/files", "/files"])
def test_a_store_we_do_not_know_stops_the_start(url: str) -> None:
    with pytest.raises(StoreUnknown):
        store_at(url)


@given(st.lists(st.tuples(st.sampled_from(["SN", "CA"]), st.sampled_from(["fr", "en"]), st.booleans())))
def test_the_parts_of_the_reach_add_up_to_the_whole(people: list[tuple[str, str, bool]]) -> None:
    reach = reach_of(Holders(*person) for person in people)
    for parts in (reach.by_country, reach.by_language):
        assert sum(part.people for part in parts) == reach.whole.people == len(people)
        assert sum(part.holding for part in parts) == reach.whole.holding
        assert [part.share for part in parts] == sorted(part.share for part in parts)


def test_what_a_killed_upload_left_is_gone_a_day_later_and_what_is_coming_stays(tmp_path: Path) -> None:
    coming = tmp_path / "incoming"
    coming.mkdir()
    (coming / "left").write_bytes(b"half a Reader")
    FolderStore(tmp_path).keep([b"road"], limit=100, modified_at=THEN)
    assert [path.name for path in coming.iterdir()] == ["left"]
    FolderStore(tmp_path, abandoned_after=-60).keep([b"street"], limit=100, modified_at=THEN)
    assert list(coming.iterdir()) == []
