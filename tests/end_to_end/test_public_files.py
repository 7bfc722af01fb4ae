"""Files of public shelves by their hash: nginx sends them alone, and every cache may keep them."""

from __future__ import annotations

import hashlib
import random
import re
from datetime import timedelta
from typing import TYPE_CHECKING

import httpx
import pytest

from services.materials.actions.shelves import change_shelf, take_from_shelf
from shared.clock import now
from shared.deeds import Deed
from tests.support.gateway import materials_behind_gateway
from tests.support.library import PDF_END, Reader, reader_in
from tests.support.patience import until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from shared.database import Database

BIG = b"%PDF-1.7\n" + random.Random(3).randbytes(3_000_000) + PDF_END


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
def reader(materials_database: Database, store: Path) -> Reader:
    return reader_in(materials_database, store, edition_id=None, rule="public", content=BIG, language="ar")


def path_of(reader: Reader) -> str:
    return f"/materials/files/{reader.sha256}/{reader.path.rpartition('/')[-1]}"


def test_the_page_leads_visitors_to_the_hash_and_the_file_may_be_kept_for_a_year(address: str, reader: Reader) -> None:
    page = httpx.get(f"{address}/materials/reader").text
    assert path_of(reader) in re.findall(r'href="([^"]+)"', page)
    answer = httpx.get(address + path_of(reader))
    assert hashlib.sha256(answer.content).hexdigest() == reader.sha256
    headers = answer.headers
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert headers["ETag"] == f'"sha256-{reader.sha256}"'
    assert headers["Content-Type"] == "application/pdf"
    assert headers["Content-Language"] == "ar"
    assert headers["Content-Length"] == str(len(BIG))
    assert headers["Accept-Ranges"] == "bytes"
    assert headers["Repr-Digest"].startswith("sha-256=:")
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "filename*=UTF-8''%D8" in headers["Content-Disposition"]
    names = [name.lower() for name, _value in headers.multi_items()]
    assert sorted(names) == sorted(set(names))
    assert "set-cookie" not in names


def test_parts_and_conditions_are_answered_as_everywhere(address: str, reader: Reader) -> None:
    tag, size = f'"sha256-{reader.sha256}"', len(BIG)

    def get(method: str = "GET", **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return httpx.request(method, address + path_of(reader), headers=named)

    dated = get("HEAD").headers["Last-Modified"]
    for wanted, content in (("bytes=0-0", BIG[:1]), ("bytes=-5", BIG[-5:]), ("bytes=7-9", BIG[7:10])):
        answer = get(Range=wanted)
        assert (answer.status_code, answer.content) == (206, content)
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert get(Range="bytes=5-9", If_Range=tag).content == BIG[5:10]
    for other in ('"other"', f"W/{tag}", "Mon, 24 Oct 2001 08:00:00 GMT"):
        assert len(get(Range="bytes=5-9", If_Range=other).content) == size
    assert len(get(Range="bytes=0-1,5-6").content) == size
    assert get(Range=f"bytes={size}-").status_code == 416
    assert get(If_None_Match=tag).status_code == 304
    assert get(If_Modified_Since=dated).status_code == 304
    assert get(If_Match='"other"').status_code == 412
    assert get("POST").status_code == 405


@pytest.mark.parametrize("deed", ["taken", "closed", "damaged"])
def test_what_is_not_open_to_everybody_any_more_is_not_sent_from_the_next_second_on(
    deed: str, address: str, reader: Reader, materials_database: Database, store: Path
) -> None:
    url = address + path_of(reader)
    assert httpx.get(url).status_code == 200
    moment = now()
    if deed == "damaged":
        (store / reader.sha256[:2] / reader.sha256).write_bytes(b"short")
    else:
        with materials_database.transaction() as session:
            one = Deed(None, moment)
            if deed == "taken":
                take_from_shelf(session, shelf_id=reader.shelf_id, publication_id=reader.publication_id, deed=one)
            else:
                closed = moment - timedelta(seconds=1)
                change_shelf(session, shelf_id=reader.shelf_id, names={}, opens_at=None, closes_at=closed, deed=one)
    expected = 503 if deed == "damaged" else 404
    until(lambda: httpx.get(url).status_code == expected, seconds=10, what="the file to be closed")
    assert httpx.get(url, headers={"Range": "bytes=0-9"}).status_code == expected


def test_names_that_are_not_the_files_lead_nowhere(address: str, reader: Reader) -> None:
    for name in ("other.pdf", "..%2f..%2fetc", "%2e%2e/x", "reader.pdf%00"):
        assert httpx.get(f"{address}/materials/files/{reader.sha256}/{name}").status_code in {400, 404}
    assert httpx.get(f"{address}/materials/files/{'0' * 64}/reader-2011-ar.pdf").status_code == 404
    assert httpx.get(f"{address}/_public").status_code == 404
