from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from sqlalchemy import select

from services.materials.actions.downloads import count_download
from shared.clock import now
from shared.schema.materials.files import Download
from shared.schema.outbox.entries import FactRow
from shared.store import store_at
from tests.support.academy import place_of
from tests.support.library import PDF, Reader, reader_in
from tests.support.web import Browser, person_called, signed_in_as, visitor

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from flask import Flask

    from shared.database import Database

START = datetime(2011, 10, 24, 8, tzinfo=UTC)


@pytest.fixture
def ada(registration_database: Database, edition: UUID) -> UUID:
    person = person_called(registration_database, "Ada")
    place_of(registration_database, edition_id=edition, person_id=person)
    return person


@pytest.fixture
def reader(materials_database: Database, tmp_path: Path, edition: UUID, ada: UUID) -> Reader:  # noqa: ARG001 - first
    return reader_in(materials_database, tmp_path, edition_id=edition)


@pytest.fixture
def browser(app: Flask, registration_database: Database, ada: UUID) -> Browser:
    return signed_in_as(app, registration_database, ada)


def times_counted(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(Download.times)) or 0


def facts(database: Database) -> int:
    with database.reading() as session:
        return len(session.scalars(select(FactRow.id).where(FactRow.name == "DownloadStarted")).all())


def test_a_file_travels_with_everything_a_reader_needs_to_keep_and_check_it(browser: Browser, reader: Reader) -> None:
    answer = browser.get(reader.path)
    assert answer.headers["ETag"] == f'"sha256-{reader.sha256}"'
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Repr-Digest"].startswith("sha-256=:")
    assert answer.headers["Content-Language"] == "en"
    assert 'filename="reader-2011-en.pdf"' in answer.headers["Content-Disposition"]
    assert answer.data == b""


def test_whoever_has_the_file_already_is_told_so_and_not_counted(
    browser: Browser, reader: Reader, materials_database: Database
) -> None:
    conditions = {"If-None-Match": f'W/"sha256-{reader.sha256}"', "Range": "bytes=0-9"}
    answer = browser.get(reader.path, headers=conditions)
    assert answer.status_code == 304
    assert answer.headers["ETag"] == f'"sha256-{reader.sha256}"'
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert "X-Accel-Redirect" not in answer.headers
    assert times_counted(materials_database) == 0


def test_a_file_that_is_not_ones_own_stays_unknown_even_to_those_who_name_its_tag(
    app: Flask, registration_database: Database, reader: Reader
) -> None:
    stranger = signed_in_as(app, registration_database, person_called(registration_database, "Stranger"))
    for headers in ({}, {"If-None-Match": f'"sha256-{reader.sha256}"'}, {"Range": "bytes=0-0"}):
        answer = stranger.get(reader.path, headers=headers)
        assert answer.status_code == 404
        assert answer.headers["Cache-Control"] == "no-store"
    assert stranger.get(f"/materials/files/{reader.sha256}/reader-2011-en.pdf").status_code == 404


@pytest.mark.parametrize(
    ("method", "headers", "counted"),
    [
        ("GET", {}, 1),
        ("HEAD", {}, 0),
        ("GET", {"Range": "bytes=0-1"}, 0),
        ("GET", {"Range": "bytes=0-"}, 1),
        ("GET", {"Range": "bytes=100-"}, 1),
        ("GET", {"Range": "bytes=0-99", "If-Range": '"old"'}, 1),
        ("GET", {"Range": "bytes=999999999-"}, 0),
        ("GET", {"If-Match": '"old"'}, 0),
        ("GET", {"If-Unmodified-Since": "Mon, 24 Oct 2001 08:00:00 GMT"}, 0),
    ],
)
def test_a_download_is_counted_when_its_end_is_on_the_way(
    method: str, headers: dict[str, str], counted: int, browser: Browser, reader: Reader, materials_database: Database
) -> None:
    browser.open(reader.path, method=method, headers=headers)
    assert (times_counted(materials_database), facts(materials_database)) == (counted, counted)


def test_who_was_sent_the_end_alone_began_it_and_who_was_sent_the_whole_has_it(
    browser: Browser, reader: Reader
) -> None:
    browser.get(reader.path, headers={"Range": "bytes=100-"})
    assert "You began to download it" in browser.get("/materials").text
    browser.get(reader.path)
    browser.get(reader.path, headers={"Range": "bytes=100-"})
    page = browser.get("/materials").text
    assert ("You have it" in page, "You began to download it" in page) == (True, False)


def test_the_rest_of_a_download_does_not_count_as_another(
    materials_database: Database, reader: Reader, ada: UUID, edition: UUID
) -> None:
    for seconds, whole in ((0, True), (600, False), (1200, False)):
        with materials_database.transaction() as session:
            count(session, reader, ada, edition, START + timedelta(seconds=seconds), whole=whole)
    assert times_counted(materials_database) == 1


@pytest.mark.parametrize("left", [None, PDF[:-10]])
def test_a_file_that_the_store_lost_is_said_logged_not_counted_and_healed_by_the_same_bytes(
    left: bytes | None,
    browser: Browser,
    reader: Reader,
    materials_database: Database,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    path = tmp_path / reader.sha256[:2] / reader.sha256
    path.unlink() if left is None else path.write_bytes(left)
    answer = browser.get(reader.path)
    assert answer.status_code == 503
    assert "This file was damaged on our side" in answer.text
    assert not {"Content-Disposition", "ETag", "X-Accel-Redirect"} & set(answer.headers.keys())
    assert reader.sha256 in caplog.text
    assert times_counted(materials_database) == 0
    store_at(tmp_path.as_uri()).keep([PDF], limit=1_000_000, modified_at=now())
    assert browser.get(reader.path).status_code == 200


def test_whoever_is_not_signed_in_finds_a_way_in_that_leads_back_to_the_file(app: Flask, reader: Reader) -> None:
    answer = visitor(app).get(reader.path)
    assert answer.status_code == 403
    assert f'href="/sign-in?next={quote(reader.path, safe="")}"' in answer.text


@pytest.mark.parametrize(("clicks", "times"), [([0, 20, 45], 1), ([0, 29], 1), ([0, 35], 2), ([0, 20, 45, 80], 2)])
def test_double_clicks_count_once_and_the_first_one_alone_is_a_fact(
    clicks: list[int], times: int, materials_database: Database, reader: Reader, ada: UUID, edition: UUID
) -> None:
    for click in clicks:
        with materials_database.transaction() as session:
            count(session, reader, ada, edition, START + timedelta(seconds=click))
    assert times_counted(materials_database) == times
    assert facts(materials_database) == 1


def test_twenty_downloads_at_once_are_one_and_one_fact(
    materials_database: Database, reader: Reader, ada: UUID, edition: UUID
) -> None:
    moment = now()

    def click(_number: int) -> bool:
        with materials_database.transaction() as session:
            return count(session, reader, ada, edition, moment)

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(click, range(20))) == 1
    assert times_counted(materials_database) == 1
    assert facts(materials_database) == 1


def count(
    session: object, reader: Reader, person_id: UUID, edition_id: UUID, moment: datetime, *, whole: bool = True
) -> bool:
    return count_download(
        session,  # type: ignore[arg-type]
        person_id=person_id,
        rendition_id=reader.rendition_id,
        publication_id=reader.publication_id,
        edition_id=edition_id,
        sha256=reader.sha256,
        now=moment,
        whole=whole,
    )


def test_a_public_file_may_be_kept_by_everybody_under_its_hash_until_its_shelf_closes(
    app: Flask, materials_database: Database, tmp_path: Path, edition: UUID
) -> None:
    closes = now() + timedelta(hours=1)
    public = reader_in(
        materials_database,
        tmp_path,
        edition_id=edition,
        rule="public",
        slug="leaflet",
        content=PDF + b"leaflet",
        closes_at=closes,
    )
    anybody = visitor(app)
    by_hash = anybody.get(f"/materials/files/{public.sha256}/leaflet-2011-en.pdf")
    assert by_hash.status_code == 200
    kept, seconds, immutable = by_hash.headers["Cache-Control"].replace("max-age=", "").split(", ")
    assert (kept, immutable) == ("public", "immutable")
    assert 3500 < int(seconds) <= 3600
    assert anybody.get(public.path).headers["Cache-Control"] == "public, no-cache"
    assert anybody.get(f"/materials/files/{public.sha256}/other.pdf").status_code == 404


def test_nothing_on_the_way_may_keep_what_is_not_public(app: Flask, browser: Browser, reader: Reader) -> None:
    assert "private" in browser.get(reader.path).headers["Cache-Control"]
    assert visitor(app).get(reader.path).headers["Cache-Control"] == "no-store"
