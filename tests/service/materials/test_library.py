from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import update

from services.materials.actions.renditions import add_rendition
from shared.clock import now
from shared.deeds import Deed
from shared.schema.materials.files import Rendition
from shared.schema.materials.publications import Release
from shared.schema.materials.reading import Reading
from shared.store import store_at
from tests.support.academy import place_of
from tests.support.library import TEXT, reader_in
from tests.support.web import person_called, signed_in_as, visitor

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from flask import Flask

    from shared.database import Database


def test_the_shelf_shows_the_reader_its_reason_its_cost_and_where_to_fetch_it(
    app: Flask, registration_database: Database, materials_database: Database, tmp_path: Path, edition: UUID
) -> None:
    ada = person_called(registration_database, "Ada")
    place_of(registration_database, edition_id=edition, person_id=ada)
    reader = reader_in(materials_database, tmp_path, edition_id=edition)
    browser = signed_in_as(app, registration_database, ada)
    page = browser.get("/materials").text
    assert reader.path in page
    assert "because you have a place in <bdi>Montreal-2011</bdi>" in page
    assert "10 kB" in page
    assert "64 kbit/s" in page
    assert "New to you" in page
    browser.get(reader.path)
    page = browser.get("/materials").text
    assert "You have it" in page
    assert "New to you" not in page
    assert reader.sha256 in browser.get("/materials/reader").text


def test_a_reader_that_is_not_there_in_ones_language_comes_in_the_next_best(
    app: Flask, registration_database: Database, materials_database: Database, tmp_path: Path, edition: UUID
) -> None:
    ada = person_called(registration_database, "Ada", locale="pt")
    place_of(registration_database, edition_id=edition, person_id=ada)
    reader = reader_in(materials_database, tmp_path, edition_id=edition, language="fr", content=TEXT)
    page = signed_in_as(app, registration_database, ada).get("/materials").text
    assert reader.path in page
    assert 'lang="pt"' in page


def test_who_may_open_nothing_is_told_what_will_come(app: Flask, registration_database: Database) -> None:
    nobody = person_called(registration_database, "Nobody")
    page = signed_in_as(app, registration_database, nobody).get("/materials")
    assert page.status_code == 200
    assert "Nothing to open yet" in page.text


def test_whoever_is_not_signed_in_is_led_to_the_door_whether_the_publication_exists_or_not(
    app: Flask, materials_database: Database, tmp_path: Path, edition: UUID
) -> None:
    reader_in(materials_database, tmp_path, edition_id=edition)
    for path in ("/materials", "/materials/reader", "/materials/unknown"):
        answer = visitor(app).get(path)
        assert answer.status_code == 303
        assert answer.headers["Location"].startswith("/sign-in?next=%2Fmaterials")


def test_a_stranger_finds_no_page_and_anybody_finds_a_public_one(
    app: Flask, registration_database: Database, materials_database: Database, tmp_path: Path, edition: UUID
) -> None:
    reader_in(materials_database, tmp_path, edition_id=edition)
    reader_in(materials_database, tmp_path, edition_id=None, rule="public", slug="leaflet")
    stranger = signed_in_as(app, registration_database, person_called(registration_database, "Stranger"))
    assert stranger.get("/materials/reader").status_code == 404
    page = visitor(app).get("/materials/leaflet")
    assert page.status_code == 200
    assert "Open to everybody" in page.text
    assert "International Labour Organization (2011). Our common road." in page.text


def test_what_came_since_the_last_visit_is_new_for_the_whole_of_the_next(
    app: Flask, registration_database: Database, materials_database: Database, tmp_path: Path, edition: UUID
) -> None:
    ada = person_called(registration_database, "Ada")
    place_of(registration_database, edition_id=edition, person_id=ada)
    reader = reader_in(materials_database, tmp_path, edition_id=edition)
    browser = signed_in_as(app, registration_database, ada)
    new = "New since you last looked"
    for _ in range(2):
        assert new not in browser.get("/materials/reader").text
    with materials_database.transaction() as session:
        session.execute(update(Reading).values(looked_at=Reading.looked_at - timedelta(hours=2)))
        add_rendition(
            session, store_at(tmp_path.as_uri()), release_id=reader.release_id, language="fr", format_="text",
            pieces=[TEXT], limit=10**6, deed=Deed(None, now()),
        )  # fmt: skip
        session.execute(
            update(Rendition).where(Rendition.id == reader.rendition_id).values(uploaded_at=now() - timedelta(days=2))
        )
        session.execute(update(Release).values(published_at=now() - timedelta(days=2)))
    for _ in range(2):
        assert browser.get("/materials/reader").text.count(new) == 1


def test_a_reference_is_given_in_the_forms_that_programs_read_to_those_who_may_open_the_work(
    app: Flask, materials_database: Database, tmp_path: Path, edition: UUID
) -> None:
    reader_in(materials_database, tmp_path, edition_id=None, rule="public")
    reader_in(materials_database, tmp_path, edition_id=edition, slug="closed")
    browser = visitor(app)
    [said] = browser.get("/materials/reader/cite.json").get_json(force=True)
    assert said["title"] == "Our common road"
    assert said["issued"] == {"date-parts": [[2011, 10, 24]]}
    assert said["author"] == [{"literal": "International Labour Organization"}]
    record = browser.get("/materials/reader/cite.ris").text
    assert record.startswith("TY  - BOOK\r\nID  - reader\r\nTI  - Our common road\r\n")
    assert record.endswith("ER  - \r\n")
    assert "  title = {{Our common road}}," in browser.get("/materials/reader/cite.bib").text
    assert browser.get("/materials/closed/cite.bib").status_code == 404
    assert browser.get("/materials/reader/cite.exe").status_code == 404
    described = re.search(
        r'<script type="application/ld\+json"[^>]*>(.*?)</script>', browser.get("/materials/reader").text
    )
    assert described
    assert json.loads(described[1])["@type"] == ["LearningResource", "Book"]
