"""A whole publication is taken out of the library, leaves a stone where people could open it, and comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from services.materials.queries import desk as library
from shared.schema.materials.files import Rendition
from shared.schema.materials.publications import Chapter, Publication, Release
from shared.schema.materials.published import NewestCopy, Shelving
from tests.service.materials.test_api import client_of
from tests.service.materials.test_way_back import drafted, published, send
from tests.support.academy import edition_called
from tests.support.library import PDF, Reader, reader_in
from tests.support.web import Browser, person_called, signed_in_as, visitor

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from flask import Flask

    from shared.database import Database

DESK = "/desk/materials/p/reader"
KEEP = ("materials:read", "materials:keep")


def count(database: Database, row: type[Publication | Release | Rendition]) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(row)) or 0


def test_a_publication_taken_out_leaves_a_stone_and_comes_back_as_it_was(
    app: Flask,
    ada: Browser,
    librarian: Browser,
    edition: UUID,
    registration_database: Database,
    materials_database: Database,
    tmp_path: Path,
) -> None:
    reader = reader_in(materials_database, tmp_path, edition_id=edition)
    stranger = signed_in_as(app, registration_database, person_called(registration_database, "Stranger"))
    for _twice in range(2):
        assert send(librarian, DESK, f"{DESK}/remove", why="Rights withdrawn").location == DESK
    for path in (reader.path, "/materials/reader"):
        answer = ada.get(path)
        assert (answer.status_code, "This work was taken out of the library" in answer.text) == (410, True)
        assert stranger.get(path).status_code == 404, "whoever could not open it learns nothing"
    assert "Our common road" not in ada.get("/materials").text
    with registration_database.reading() as session:
        assert not session.scalars(select(NewestCopy)).all()
        assert not session.scalars(select(Shelving)).all()
    assert "1 publication taken out of the library" in librarian.get("/desk/materials").text
    assert "Rights withdrawn" in librarian.get(f"/desk/materials/releases/{reader.release_id}").text
    for _twice in range(2):
        assert send(librarian, DESK, f"{DESK}/restore").location == DESK
    assert ada.get(reader.path).status_code == 200
    assert "Our common road" in ada.get("/materials").text
    with materials_database.reading() as session:
        assert [row.slug for row in library.publications(session)] == ["reader"]


def test_what_anybody_could_open_leaves_a_stone_for_anybody(
    app: Flask, librarian: Browser, edition: UUID, materials_database: Database, tmp_path: Path
) -> None:
    reader = reader_in(materials_database, tmp_path, edition_id=edition, rule="public")
    public = f"/materials/files/{reader.sha256}/reader-2011-en.pdf"
    assert visitor(app).get(public).status_code == 200
    send(librarian, DESK, f"{DESK}/remove")
    assert visitor(app).get("/materials/reader").status_code == visitor(app).get(reader.path).status_code == 410
    assert visitor(app).get(public).status_code == 404, "under its hash no work is named"


def test_what_nobody_but_staff_has_seen_is_deleted(
    librarian: Browser, edition: UUID, materials_database: Database, tmp_path: Path
) -> None:
    reader_in(materials_database, tmp_path, edition_id=edition, published=False)
    assert "cannot be brought back" in librarian.get(DESK).text
    assert send(librarian, DESK, f"{DESK}/remove").location == "/desk/materials"
    assert [count(materials_database, row) for row in (Publication, Release, Rendition)] == [0, 0, 0]
    assert librarian.get(DESK).status_code == 404


def test_nothing_is_published_of_what_was_taken_out_and_a_withdrawn_version_does_not_come_back(
    librarian: Browser, ada: Browser, edition: UUID, materials_database: Database, tmp_path: Path
) -> None:
    reader = reader_in(materials_database, tmp_path, edition_id=edition)
    newer = drafted(materials_database, reader)
    page = f"/desk/materials/releases/{newer}"
    file = {"language": "en", "format": "text", "file": (tmp_path / "x.txt", "x.txt")}
    (tmp_path / "x.txt").write_text("Words enough to be a file of text.", "utf-8")
    assert send(librarian, page, f"{page}/files", **file).status_code == 303
    send(librarian, page, f"/desk/materials/releases/{reader.release_id}/withdraw")
    send(librarian, DESK, f"{DESK}/remove")
    assert ada.get("/materials/reader").status_code == 410
    send(librarian, page, f"{page}/publish")
    assert "put it back first" in librarian.get(f"{page}/publish").text + librarian.get(page).text
    send(librarian, DESK, f"{DESK}/restore")
    assert ada.get(reader.path).status_code == 410
    published(materials_database, newer)
    assert "reader-2026-en.txt" in ada.get("/materials/reader").text


def test_a_program_takes_out_puts_back_describes_chapters_and_shelves(
    app: Flask,
    ada: Browser,
    edition: UUID,
    registration_database: Database,
    materials_database: Database,
    tmp_path: Path,
) -> None:
    reader: Reader = reader_in(materials_database, tmp_path, edition_id=edition, content=PDF)
    client, _person = client_of(app, registration_database, "Lib", ("librarian", edition), KEEP)
    states = [client.post(f"/publications/reader/{deed}", json=body) for deed, body in (
        ("removal", {"why": "Rights"}), ("removal", {}), ("restoration", None), ("restoration", None),
    )]  # fmt: skip
    assert [(one.status_code, one.json["state"]) for one in states] == [
        (200, "removed"), (200, "removed"), (200, "kept"), (200, "kept"),
    ]  # fmt: skip
    release = drafted(materials_database, reader)
    wanted = {
        "number": 1,
        "title": "Beginnings",
        "language": "en",
        "authors": "Ada\nBo",
        "first_page": 1,
        "last_page": 4,
    }
    made = client.post(f"/releases/{release}/chapters", json=wanted)
    assert (made.status_code, made.json["authors"], made.json["pages"]) == (201, ["Ada", "Bo"], {"en": [1, 4]})
    assert client.post(f"/releases/{release}/chapters", json=wanted).status_code == 409
    assert client.post(f"/releases/{reader.release_id}/chapters", json=wanted).status_code == 409
    gone = client.post(f"/releases/{release}/chapters/{made.json['id']}/removal")
    assert (gone.status_code, gone.json["titles"]) == (200, {"en": "Beginnings"})
    with materials_database.reading() as session:
        assert session.scalars(select(Chapter)).all() == []
    shelf = {"shelf_id": str(reader.shelf_id)}
    [standing] = client.get("/publications/reader/shelves").json["items"]
    assert (standing["id"], standing["rule"], standing["holds_it"]) == (shelf["shelf_id"], "accepted", True)
    assert [
        one["holds_it"] for one in client.post("/publications/reader/shelves/taking", json=shelf).json["items"]
    ] == [False]
    assert ada.get(reader.path).status_code == 404
    assert client.post("/publications/reader/shelves", json=shelf).json["items"][0]["holds_it"] is True
    assert ada.get(reader.path).status_code == 200


def test_a_program_puts_nothing_on_the_shelf_of_an_edition_it_does_not_keep(
    app: Flask, edition: UUID, registration_database: Database, materials_database: Database, tmp_path: Path
) -> None:
    reader_in(materials_database, tmp_path, edition_id=edition)
    elsewhere = edition_called(registration_database, "agadir-2012")
    other = reader_in(materials_database, tmp_path, edition_id=elsewhere, slug="other")
    client, _person = client_of(app, registration_database, "Lib", ("librarian", edition), KEEP)
    for deed in ("shelves", "shelves/taking"):
        answer = client.post(f"/publications/reader/{deed}", json={"shelf_id": str(other.shelf_id)})
        assert answer.status_code == 404
