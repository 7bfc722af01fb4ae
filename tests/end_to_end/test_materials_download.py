"""Downloads as they are in the world: curl, broken lines, nginx in front."""

from __future__ import annotations

import hashlib
import random
import shutil
import socket
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import func, select

from shared.clock import now
from shared.schema.materials.files import Download
from shared.store import FolderStore
from tests.support.academy import edition_called, place_of, set_place
from tests.support.gateway import SECRET, materials_behind_gateway
from tests.support.library import PDF_END, Reader, materials_app, reader_in
from tests.support.web import person_called, signed_in_as

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from uuid import UUID

    from shared.database import Database

BIG = b"%PDF-1.7\n" + random.Random(1).randbytes(8_000_000) + PDF_END
TAIL = len(BIG) - 1


@dataclass(frozen=True)
class Place:
    """A running gateway with one big Reader, and the cookie of somebody who may open it."""

    address: str
    reader: Reader
    cookie: str
    enrolment_id: UUID

    def get(self, **headers: str) -> httpx.Response:
        """Ask for the Reader; underscores in header names become hyphens."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return httpx.get(self.address + self.reader.path, headers={"Cookie": self.cookie, **named})


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="module")
def address(
    database_url_for: Callable[[str], str], store: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    url = database_url_for("materials")
    with materials_behind_gateway(tmp_path_factory.mktemp("run"), database_url=url, store=store) as address:
        yield address


@pytest.fixture
def place(address: str, store: Path, registration_database: Database, materials_database: Database) -> Place:
    edition = edition_called(registration_database, "montreal-2011")
    ada = person_called(registration_database, "Ada")
    enrolment = place_of(registration_database, edition_id=edition, person_id=ada)
    reader = reader_in(materials_database, store, edition_id=edition, content=BIG)
    app = materials_app(materials_database, store, public_url=address, secret_key=SECRET)
    cookie = signed_in_as(app, registration_database, ada).get_cookie("academy", domain="127.0.0.1")
    assert cookie is not None
    return Place(address=address, reader=reader, cookie=f"academy={cookie.value}", enrolment_id=enrolment)


def break_off(place: Place, target: Path, *, after: int) -> None:
    """Read ``after`` bytes of the body into ``target``, then tear the line."""
    parts = urlsplit(place.address)
    assert parts.hostname
    assert parts.port
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as line:
        request = f"GET {place.reader.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nCookie: {place.cookie}\r\n\r\n"
        line.sendall(request.encode())
        received = b""
        while len(received.partition(b"\r\n\r\n")[2]) < after:
            received += line.recv(65536)
    head, _, body = received.partition(b"\r\n\r\n")
    assert b" 200 " in head.splitlines()[0]
    target.write_bytes(body[:after])


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed: it is what resumes here")
def test_a_download_that_breaks_off_is_resumed_by_curl_to_the_same_bytes_and_counts_once(
    place: Place, materials_database: Database, tmp_path: Path
) -> None:
    target = tmp_path / "reader.pdf"
    break_off(place, target, after=3_000_000)
    curl = [
        "curl",
        "-sS",
        "-C",
        "-",
        "-o",
        str(target),
        "-w",
        "%{http_code} %{size_download}",
        "-H",
        f"Cookie: {place.cookie}",
    ]
    told = subprocess.run([*curl, place.address + place.reader.path], capture_output=True, check=True, text=True)
    assert told.stdout == f"206 {len(BIG) - 3_000_000}"
    assert hashlib.sha256(target.read_bytes()).hexdigest() == place.reader.sha256
    with materials_database.reading() as session:
        assert session.scalar(select(func.sum(Download.times))) == 1


JUDGES = {
    "wget -c": ["wget", "-q", "-c", "--header", "Cookie: {cookie}", "-O", "{target}", "{url}"],
    "aria2c -x4": [
        "aria2c", "-q", "-x4", "-s4", "-k1M", "-c", "--header=Cookie: {cookie}",
        "-d", "{folder}", "-o", "{name}", "{url}",
    ],
}  # fmt: skip


@pytest.mark.parametrize("judge", sorted(JUDGES))
@pytest.mark.parametrize("begun", [0, 3_000_000])
def test_the_worlds_download_managers_get_the_same_bytes_and_count_once(
    judge: str, begun: int, place: Place, materials_database: Database, tmp_path: Path
) -> None:
    if shutil.which(JUDGES[judge][0]) is None:
        pytest.skip(f"{JUDGES[judge][0]} is not installed")
    target = tmp_path / "reader.pdf"
    if begun:
        break_off(place, target, after=begun)
    said = {"cookie": place.cookie, "target": target, "folder": tmp_path, "name": target.name}
    url = place.address + place.reader.path
    subprocess.run([part.format(url=url, **said) for part in JUDGES[judge]], check=True, timeout=60)
    assert hashlib.sha256(target.read_bytes()).hexdigest() == place.reader.sha256
    with materials_database.reading() as session:
        assert session.scalar(select(func.sum(Download.times))) == 1


def test_the_gateway_sends_the_whole_file_with_our_tag_and_headers(place: Place) -> None:
    answer = place.get()
    assert answer.status_code == 200
    assert hashlib.sha256(answer.content).hexdigest() == place.reader.sha256
    headers = answer.headers
    assert headers["ETag"] == f'"sha256-{place.reader.sha256}"'
    assert headers["Repr-Digest"].startswith("sha-256=:")
    assert headers["Content-Length"] == str(len(BIG))
    assert headers["Accept-Ranges"] == "bytes"
    assert headers["Cache-Control"] == "private, no-cache"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "filename*=UTF-8''" in headers["Content-Disposition"]
    assert "Content-Encoding" not in headers
    assert "X-Accel-Redirect" not in headers


@pytest.mark.parametrize(
    ("wanted", "status", "content", "content_range"),
    [
        ("bytes=0-0", 206, BIG[:1], f"bytes 0-0/{len(BIG)}"),
        (f"bytes={TAIL}-", 206, BIG[TAIL:], f"bytes {TAIL}-{TAIL}/{len(BIG)}"),
        ("bytes=-5", 206, BIG[-5:], f"bytes {len(BIG) - 5}-{TAIL}/{len(BIG)}"),
        ("bytes=7-9", 206, BIG[7:10], f"bytes 7-9/{len(BIG)}"),
        ("bytes=0-1,5-6", 200, BIG, None),
        ("sheets=1-2", 200, BIG, None),
        (f"bytes={len(BIG)}-", 416, None, f"bytes */{len(BIG)}"),
    ],
)
def test_parts_are_sent_as_the_standard_says(
    wanted: str, status: int, content: bytes | None, content_range: str | None, place: Place
) -> None:
    answer = place.get(Range=wanted)
    assert answer.status_code == status
    assert content is None or answer.content == content
    assert answer.headers.get("Content-Range") == content_range
    if status == 206:
        whole = place.get().headers
        for name in ("ETag", "Cache-Control", "Repr-Digest", "Vary"):
            assert answer.headers.get(name) == whole.get(name)


def test_a_part_is_sent_only_of_the_file_that_was_begun(place: Place) -> None:
    tag = f'"sha256-{place.reader.sha256}"'
    assert place.get(Range="bytes=10-19", If_Range=tag).status_code == 206
    for other in ('"sha256-other"', f"W/{tag}"):
        answer = place.get(Range="bytes=10-19", If_Range=other)
        assert (answer.status_code, len(answer.content)) == (200, len(BIG))


def test_a_download_manager_goes_on_with_our_own_tag_and_stops_at_another(place: Place) -> None:
    tag = f'"sha256-{place.reader.sha256}"'
    modified = place.get().headers["Last-Modified"]
    for condition in ({"If_Match": tag}, {"If_Match": "*"}, {"If_Unmodified_Since": modified}):
        whole = place.get(**condition)
        assert (whole.status_code, whole.content) == (200, BIG)
        answer = place.get(Range="bytes=10-19", **condition)
        assert (answer.status_code, answer.content) == (206, BIG[10:20])
        assert answer.headers["ETag"] == tag
        assert_said_once(answer)
    for condition in (
        {"If_Match": f"W/{tag}"},
        {"If_Match": '"other"'},
        {"If_Unmodified_Since": "Mon, 24 Oct 2001 08:00:00 GMT"},
    ):
        answer = place.get(Range="bytes=10-19", **condition)
        assert answer.status_code == 412
        assert "Content-Disposition" not in answer.headers
        assert_said_once(answer)


def test_a_part_that_is_not_there_is_refused_as_a_page_not_as_a_file(place: Place) -> None:
    answer = place.get(Range=f"bytes={len(BIG)}-")
    assert answer.status_code == 416
    assert not {"Content-Disposition", "Repr-Digest"} & set(answer.headers)
    assert answer.headers["Content-Type"].startswith("text/html")
    assert_said_once(answer)


def test_every_answer_says_the_language_of_the_file(place: Place) -> None:
    assert place.get().headers["Content-Language"] == "en"
    assert place.get(Range="bytes=0-9").headers["Content-Language"] == "en"


def test_a_truncated_or_missing_file_is_a_page_and_never_a_short_file(place: Place, store: Path) -> None:
    path = store / place.reader.sha256[:2] / place.reader.sha256
    for damage in (lambda: path.write_bytes(BIG[:1000]), path.unlink):
        damage()
        answer = place.get()
        assert answer.status_code == 503
        assert "Content-Disposition" not in answer.headers
        assert_said_once(answer)
    FolderStore(store).keep([BIG], limit=len(BIG), modified_at=now())
    assert place.get().content == BIG


def assert_said_once(answer: httpx.Response) -> None:
    names = [name.lower() for name, _value in answer.headers.multi_items() if name.lower() != "set-cookie"]
    assert sorted(names) == sorted(set(names))


def test_whoever_has_it_is_told_so_before_any_part_is_sent(place: Place) -> None:
    tag = f'"sha256-{place.reader.sha256}"'
    answer = place.get(If_None_Match=f"W/{tag}", Range="bytes=10-19")
    assert (answer.status_code, answer.content, answer.headers["ETag"]) == (304, b"", tag)


def test_after_a_withdrawal_not_one_more_byte_is_sent(place: Place, registration_database: Database) -> None:
    assert place.get(Range="bytes=0-9").status_code == 206
    set_place(registration_database, enrolment_id=place.enrolment_id, state="withdrawn")
    answer = place.get(Range="bytes=10-19")
    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_stores_own_address_leads_nowhere(place: Place) -> None:
    path = f"/_files/{place.reader.sha256[:2]}/{place.reader.sha256}"
    assert httpx.get(place.address + path, headers={"Cookie": place.cookie}).status_code == 404
    assert httpx.get(place.address + place.reader.path).status_code == 403
