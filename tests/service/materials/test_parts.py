from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from services.materials.actions.publications import add_chapter, publish_release
from shared.clock import now
from shared.deeds import Deed
from shared.people.actions.tokens import make_api_token
from shared.web.door.lifetimes import ABSOLUTE
from tests.support.academy import place_of, set_place
from tests.support.library import reader_in
from tests.support.making import make
from tests.support.pdfs import typeset
from tests.support.web import Browser, form_token, person_called, press, signed_in_as, visitor

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from flask import Flask

    from shared.database import Database

BASE = "/materials/reader/read/fr"


def be_at(browser: Browser, **place: str) -> int:
    token = form_token(browser.get(f"{BASE}/part/3").text)
    return int(press(browser, "/materials/reader/place", csrf_token=token, **place).status_code)


@pytest.fixture
def ada(registration_database: Database, edition: UUID) -> tuple[UUID, UUID]:
    person = person_called(registration_database, "Ada", roles=[("viewer", edition)])
    return person, place_of(registration_database, edition_id=edition, person_id=person)


@pytest.fixture
def browser(app: Flask, registration_database: Database, ada: tuple[UUID, UUID]) -> Browser:
    return signed_in_as(app, registration_database, ada[0])


@pytest.fixture
def book(materials_database: Database, tmp_path: Path, edition: UUID, ada: tuple[UUID, UUID]) -> None:  # noqa: ARG001 - her place comes before the shelf
    reader = reader_in(
        materials_database, tmp_path, edition_id=edition, content=typeset("fr"), language="fr", published=False
    )
    with materials_database.transaction() as session:
        for number, pages in ((1, (3, 5)), (2, (6, 9))):
            add_chapter(
                session,
                release_id=reader.release_id,
                number=number,
                titles={"fr": f"Chapitre {number}"},
                authors=["Ada N."],
                pages={"fr": pages},
                deed=Deed(None, now()),
            )
        publish_release(session, release_id=reader.release_id, deed=Deed(None, now()))
    make(materials_database, tmp_path)


@pytest.mark.usefixtures("book")
def test_a_chapter_is_read_in_one_piece_with_its_pages_marked(app: Flask, browser: Browser) -> None:
    work = browser.get("/materials/reader").text
    assert f'href="{BASE}/part/2"' in work
    page = browser.get(f"{BASE}/part/2").text
    assert "Chapitre 1" in page
    assert 'id="p4"' in page
    assert f'href="{BASE}/p/4"' in page
    assert 'id="p6"' not in page
    assert 'rel="next"' in page
    told = browser.get(f"{BASE}/part/2/files").get_json()
    assert told["text"] == [f"{BASE}/part/2"]
    assert (told["title"], told["first"], told["last"]) == ("Chapitre 1", 3, 5)
    assert len(told["pages"]) == 6
    for file in [*told["text"], *told["pages"]]:
        assert browser.get(file).status_code == 200
    assert browser.get(f"{BASE}/p/4").text.count(f"{BASE}/part/2#p4") == 1
    for missing in ("part/0", "part/99", "part/99/files", "7/part/1"):
        assert browser.get(f"{BASE}/{missing}").status_code == 404
    for stranger in ("part/2", "part/2/files"):
        assert "/sign-in" in visitor(app).get(f"{BASE}/{stranger}").headers["Location"]


@pytest.mark.usefixtures("book")
def test_her_place_is_known_to_every_device_and_lost_with_the_right(
    browser: Browser, registration_database: Database, ada: tuple[UUID, UUID]
) -> None:
    browser.get(f"{BASE}/part/3")
    assert browser.get("/materials/reader/read").headers["Location"] == f"{BASE}/p/6"
    assert be_at(browser, language="fr", page="8") == 204
    assert browser.get("/materials/reader/read").headers["Location"] == f"{BASE}/p/8"
    assert 'href="#p8"' in browser.get(f"{BASE}/part/3").text
    assert be_at(browser, language="fr", page="999") == 404
    assert be_at(browser, language="xx", page="1") == 404
    set_place(registration_database, enrolment_id=ada[1], state="withdrawn")
    assert browser.get(f"{BASE}/part/3/files").status_code == 404


@pytest.mark.usefixtures("book")
def test_programs_read_the_same(app: Flask, registration_database: Database, ada: tuple[UUID, UUID]) -> None:
    with registration_database.transaction() as session:
        secret = make_api_token(
            session, name="reader", scopes=["materials:read"], lasts=ABSOLUTE["staff"], deed=Deed(ada[0], now())
        )
    bearer = {"Authorization": f"Bearer {secret}"}
    program = visitor(app)
    base = "/api/materials/v1/works/reader"
    reading = program.get(f"{base}/reading/fr", headers=bearer).get_json()
    assert [part["chapter"] for part in reading["parts"]][:3] == [None, 1, 2]
    assert reading["place"] is None
    part = program.get(f"{base}/reading/fr/parts/2", headers=bearer).get_json()
    assert part["blocks"]
    assert len(part["pages"]) == 3
    assert part["printed_bytes"] > part["text_bytes"] > 1000
    sent = program.post(f"{base}/place", headers=bearer, json={"language": "fr", "page": 4})
    assert (sent.status_code, sent.get_json()) == (200, {"language": "fr", "page": 4})
    assert program.get(f"{base}/reading/fr", headers=bearer).get_json()["place"] == {"language": "fr", "page": 4}
    assert program.get(f"{base}/reading/ar", headers=bearer).status_code == 404
    assert program.get("/api/materials/v1/works/other/reading/fr", headers=bearer).status_code == 404


def test_a_browser_gets_the_script_that_reads_on_without_a_line(app: Flask) -> None:
    script = visitor(app).get("/materials/worker.js")
    assert script.headers["Service-Worker-Allowed"] == "/materials"
    assert script.headers["Content-Type"].startswith("text/javascript")
    assert visitor(app).get("/materials/kept").status_code == 200
    assert "worker-src 'self'" in visitor(app).get("/materials/kept").headers["Content-Security-Policy"]
