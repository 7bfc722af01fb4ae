from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from shared.clock import now
from shared.deeds import Deed
from shared.people.actions.tokens import make_api_token
from shared.schema.materials.publications import Release
from shared.web.door.lifetimes import ABSOLUTE
from tests.support.academy import edition_called, place_of
from tests.support.library import PDF, reader_in
from tests.support.web import Browser, person_called, visitor

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from flask import Flask

    from shared.database import Database

V1 = "/api/materials/v1"


class Client:
    """A program with a token."""

    def __init__(self, browser: Browser, secret: str) -> None:
        self.browser = browser
        self.headers = {"Authorization": f"Bearer {secret}"}

    def get(self, path: str) -> Any:
        return self.browser.get(V1 + path, headers=self.headers)

    def post(self, path: str, json: object = None, **headers: str) -> Any:
        return self.browser.post(V1 + path, json=json, headers={**self.headers, **headers})


def client_of(
    app: Flask, database: Database, name: str, role: tuple[str, UUID], scopes: tuple[str, ...] = ("materials:read",)
) -> tuple[Client, UUID]:
    person = person_called(database, name, roles=[role])
    with database.transaction() as session:
        secret = make_api_token(
            session, name="test", scopes=list(scopes), lasts=ABSOLUTE["staff"], deed=Deed(person, now())
        )
    return Client(visitor(app), secret), person


def test_the_shelf_tells_the_owner_of_the_token_what_there_is_and_where(
    app: Flask, registration_database: Database, materials_database: Database, tmp_path: Path, edition: UUID
) -> None:
    client, person = client_of(app, registration_database, "Lib", ("librarian", edition))
    reader = reader_in(materials_database, tmp_path, edition_id=edition)
    assert client.get("/shelf").json == {"items": []}
    place_of(registration_database, edition_id=edition, person_id=person)
    reader = reader_in(materials_database, tmp_path, edition_id=edition, slug="second")
    [work] = client.get("/shelf").json["items"]
    assert (work["slug"], work["because"]) == ("second", "accepted")
    [copy] = work["copies"]
    assert copy["url"] == f"http://academy.test{reader.path}"
    assert (copy["sha256"], copy["media_bytes"]) == (reader.sha256, len(PDF))
    assert client.get(f"/renditions/{reader.rendition_id}").json == copy


def test_a_file_that_the_owner_may_not_open_is_unknown_to_the_api(
    app: Flask, registration_database: Database, materials_database: Database, tmp_path: Path, edition: UUID
) -> None:
    client, _person = client_of(app, registration_database, "Lib", ("librarian", edition))
    reader = reader_in(materials_database, tmp_path, edition_id=edition)
    answer = client.get(f"/renditions/{reader.rendition_id}")
    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"
    assert visitor(app).get(f"{V1}/shelf").status_code == 401


def test_the_reach_is_counted_for_those_who_work_for_the_edition(
    app: Flask, registration_database: Database, materials_database: Database, tmp_path: Path, edition: UUID
) -> None:
    elsewhere = edition_called(registration_database, "agadir-2012")
    client, _person = client_of(app, registration_database, "Lib", ("librarian", edition))
    other, _person = client_of(app, registration_database, "Other", ("librarian", elsewhere))
    place_of(registration_database, edition_id=edition, person_id=person_called(registration_database, "Ada"))
    reader_in(materials_database, tmp_path, edition_id=edition)
    reach = client.get("/publications/reader/reach").json
    assert reach["edition"] == "montreal-2011"
    assert reach["whole"] == {"key": "", "people": 1, "holding": 0, "share": 0.0}
    assert reach["by_country"] == [{"key": "SN", "people": 1, "holding": 0, "share": 0.0}]
    assert client.get("/publications/reader/reach?edition=unknown").status_code == 404
    assert other.get("/publications/reader/reach").status_code == 404
    assert other.get("/publications").json == {"items": []}
    assert client.get("/publications/reader").json["version"] == "2011"


def test_a_draft_is_begun_once_however_often_the_request_comes_and_published_with_the_right_to_keep(
    app: Flask, registration_database: Database, materials_database: Database, tmp_path: Path, edition: UUID
) -> None:
    reads, _person = client_of(app, registration_database, "Reads", ("librarian", edition))
    keeps, _person = client_of(
        app, registration_database, "Keeps", ("librarian", edition), ("materials:read", "materials:keep")
    )
    reader = reader_in(materials_database, tmp_path, edition_id=edition, published=False)
    assert reads.post("/publications/reader/releases", {"version": "2"}).status_code == 403
    answers = [
        keeps.post("/publications/reader/releases", {"version": "2"}, **{"Idempotency-Key": "a-key-of-mine"})
        for _time in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json == answers[1].json
    assert keeps.post("/publications/reader/releases", {"version": "2"}).status_code == 409
    assert keeps.post(f"/releases/{answers[0].json['id']}/publication").status_code == 409
    published = keeps.post(f"/releases/{reader.release_id}/publication")
    assert (published.status_code, published.json["state"]) == (200, "published")
    with materials_database.reading() as session:
        assert {tuple(row) for row in session.execute(select(Release.version, Release.state))} == {
            ("2011", "published"),
            ("2", "draft"),
        }
