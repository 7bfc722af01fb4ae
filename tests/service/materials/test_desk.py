from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from shared.schema.materials.files import Rendition
from shared.schema.materials.publications import Publication, Release
from tests.support.academy import edition_called, place_of
from tests.support.library import PDF, TEXT, materials_app, reader_in
from tests.support.web import Browser, form_token, person_called, signed_in_as

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from flask import Flask

    from shared.database import Database


@pytest.fixture
def app(materials_database: Database, tmp_path: Path) -> Flask:
    return materials_app(materials_database, tmp_path, upload_limit=100_000)


def send(browser: Browser, page: str, path: str, **fields: Any) -> Any:
    token = form_token(browser.get(page).text)
    return browser.post(path, data={"csrf_token": token, **fields}, content_type="multipart/form-data")


def draft_of(browser: Browser, edition: UUID) -> str:
    answer = send(
        browser,
        "/desk/materials/new",
        "/desk/materials/new",
        slug="sse-reader",
        kind="reader",
        edition_id=str(edition),
        version="2011",
        dated="2011-10-24",
        title_en="Our common road",
        title_fr="Notre chemin commun",
        contributors="ILO\nITC",
    )
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def add_file(browser: Browser, release: str, content: bytes, format_: str = "pdf", name: str = "reader.pdf") -> Any:
    file = (io.BytesIO(content), name)
    return send(browser, release, f"{release}/files", language="fr", format=format_, file=file)


def test_a_librarian_drafts_uploads_publishes_and_shelves_a_reader_that_participants_then_open(
    app: Flask, librarian: Browser, registration_database: Database, edition: UUID
) -> None:
    ada = person_called(registration_database, "Ada", locale="fr")
    place_of(registration_database, edition_id=edition, person_id=ada)
    reader = signed_in_as(app, registration_database, ada)

    release = draft_of(librarian, edition)
    assert add_file(librarian, release, PDF).status_code == 303
    assert add_file(librarian, release, TEXT, "text", "reader.txt").status_code == 303
    shelving = {"name": "Participants", "rule": "accepted"}
    page = "/desk/materials/p/sse-reader"
    for opens_at, closes_at in (("9999-12-31T23:59-12:00", ""), ("2027-01-02T00:00Z", "2027-01-01T00:00")):
        wrong = shelving | {"opens_at": opens_at, "closes_at": closes_at}
        assert send(librarian, page, f"{page}/shelves", **wrong).status_code == 303
    assert "Participants" not in librarian.get(page).text
    assert send(librarian, page, f"{page}/shelves", **shelving).status_code == 303
    assert reader.get("/materials/sse-reader").status_code == 404
    assert "Nothing of it is published yet" in librarian.get(page).text
    review = librarian.get(f"{release}/publish").text
    assert "1 person can open it then." in review
    assert send(librarian, f"{release}/publish", f"{release}/publish").status_code == 303
    assert "1 person can open it now." in librarian.get(page).text

    shown = reader.get("/materials/sse-reader").text
    assert "Notre chemin commun" in shown
    found = re.search(r'href="(/materials/renditions/[^"]+-fr\.pdf)"', shown)
    assert found
    assert reader.get(found[1]).status_code == 200
    assert "100%" in librarian.get(page).text


@pytest.mark.parametrize(
    ("content", "format_", "words"),
    [
        (b"", "pdf", "The file is empty"),
        (b"MZ\x00\x00", "pdf", "This is not a PDF"),
        (TEXT, "pdf", "This is not a PDF"),
        (PDF, "text", "This is not plain text"),
        (b"<html><script>alert(1)</script>", "text", "This is not plain text"),
        (PDF, "epub", "This is not an EPUB"),
        (PDF + bytes(100_000), "pdf", "at most"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_words_at_its_field(
    content: bytes, format_: str, words: str, librarian: Browser, materials_database: Database, edition: UUID
) -> None:
    answer = add_file(librarian, draft_of(librarian, edition), content, format_)
    assert answer.status_code == 422
    assert words in answer.text
    assert 'id="file-error"' in answer.text
    with materials_database.reading() as session:
        assert session.scalars(select(Rendition.id)).all() == []


def test_a_file_in_the_same_place_replaces_the_draft_and_what_is_published_stays(
    librarian: Browser, materials_database: Database, edition: UUID
) -> None:
    release = draft_of(librarian, edition)
    add_file(librarian, release, PDF)
    add_file(librarian, release, PDF + b"corrected")
    assert send(librarian, release, f"{release}/publish").status_code == 303
    with materials_database.reading() as session:
        assert len(session.scalars(select(Rendition.id)).all()) == 1
    token = form_token(librarian.get("/desk/materials/p/sse-reader").text)
    data = {"csrf_token": token, "language": "fr", "format": "pdf", "file": (io.BytesIO(PDF), "x.pdf")}
    late = librarian.post(f"{release}/files", data=data, content_type="multipart/form-data")
    assert (late.status_code, late.location) == (303, release)
    assert "A published release is not changed" in librarian.get(release).text


def test_an_empty_draft_is_not_published(librarian: Browser, materials_database: Database, edition: UUID) -> None:
    release = draft_of(librarian, edition)
    send(librarian, release, f"{release}/publish")
    with materials_database.reading() as session:
        assert session.scalar(select(Release.state)) == "draft"


def test_an_address_is_given_once(librarian: Browser, materials_database: Database, edition: UUID) -> None:
    draft_of(librarian, edition)
    fields = {"slug": "sse-reader", "edition_id": str(edition), "version": "1", "title_en": "Again"}
    answer = send(librarian, "/desk/materials/new", "/desk/materials/new", **fields)
    assert answer.status_code == 422
    assert "Another publication already uses this address" in answer.text
    with materials_database.reading() as session:
        assert len(session.scalars(select(Publication.id)).all()) == 1


def test_the_desk_of_one_edition_is_closed_to_the_staff_of_another(
    app: Flask, registration_database: Database, materials_database: Database, tmp_path: Path, edition: UUID
) -> None:
    elsewhere = edition_called(registration_database, "agadir-2012")
    reader = reader_in(materials_database, tmp_path, edition_id=edition)
    other = person_called(registration_database, "Other", roles=[("organiser", elsewhere)])
    theirs = reader_in(materials_database, tmp_path, edition_id=elsewhere, slug="other", content=PDF + b"other")
    browser = signed_in_as(app, registration_database, other, means="staff")
    assert "/desk/materials/p/reader" not in browser.get("/desk/materials").text
    for path in ("p/reader", "p/reader/people", f"releases/{reader.release_id}"):
        assert browser.get(f"/desk/materials/{path}").status_code == 404
    answer = send(browser, "/desk/materials/p/other", "/desk/materials/p/other/shelves", shelf_id=str(reader.shelf_id))
    assert answer.status_code == 404
    take = f"/desk/materials/p/other/shelves/{theirs.shelf_id}/take"
    assert send(browser, "/desk/materials/p/other", take).status_code == 303


@pytest.mark.parametrize("roles", [[], ["reviewer", "door", "writer"]])
def test_others_do_not_see_the_desk_of_the_library(
    roles: list[str], app: Flask, registration_database: Database
) -> None:
    person = person_called(registration_database, "Somebody", roles=roles)
    assert signed_in_as(app, registration_database, person, means="staff").get("/desk/materials").status_code == 403


def test_a_viewer_looks_and_changes_nothing(
    app: Flask, registration_database: Database, materials_database: Database, tmp_path: Path, edition: UUID
) -> None:
    reader_in(materials_database, tmp_path, edition_id=edition)
    viewer = person_called(registration_database, "Viewer", roles=["viewer"])
    browser = signed_in_as(app, registration_database, viewer, means="staff")
    page = browser.get("/desk/materials/p/reader")
    assert page.status_code == 200
    assert "Put it on a shelf" not in page.text
    assert (
        send(browser, "/desk/materials/p/reader", "/desk/materials/p/reader/releases", version="2").status_code == 403
    )


def test_the_desk_names_who_has_it_and_who_has_not(
    app: Flask,
    librarian: Browser,
    registration_database: Database,
    materials_database: Database,
    tmp_path: Path,
    edition: UUID,
) -> None:
    people = {name: person_called(registration_database, name) for name in ("Ada", "Bo")}
    for person in people.values():
        place_of(registration_database, edition_id=edition, person_id=person, country="CA")
    reader = reader_in(materials_database, tmp_path, edition_id=edition)
    signed_in_as(app, registration_database, people["Ada"]).get(reader.path)
    with_it = librarian.get("/desk/materials/p/reader/people?has=yes").text
    without = librarian.get("/desk/materials/p/reader/people?has=no").text
    assert ("Ada" in with_it, "<bdi>Bo</bdi>" in with_it) == (True, False)
    assert ("Ada" in without, "<bdi>Bo</bdi>" in without) == (False, True)
    assert "50%" in librarian.get("/desk/materials/p/reader").text


def test_publishing_what_stands_on_no_shelf_says_that_nobody_can_open_it(librarian: Browser, edition: UUID) -> None:
    release = draft_of(librarian, edition)
    add_file(librarian, release, PDF)
    said = "It stands on no shelf: nobody can open it"
    assert said in librarian.get(f"{release}/publish").text
    send(librarian, f"{release}/publish", f"{release}/publish")
    assert said in librarian.get("/desk/materials/p/sse-reader").text


def test_a_locked_pdf_is_warned_of_before_it_is_published(librarian: Browser, edition: UUID) -> None:
    begin = b"%PDF-1.7\n" + bytes(3000)
    trailers = {True: b"<< /Size 1 /Encrypt 5 0 R >>", False: b"<< /Size 1 >>"}
    release = draft_of(librarian, edition)
    for is_locked, trailer in trailers.items():
        table = b"xref\n0 1\n0000000000 65535 f \ntrailer\n" + trailer
        content = begin + table + f"\nstartxref\n{len(begin)}\n%%EOF\n".encode()
        assert add_file(librarian, release, content).status_code == 303
        assert ("This PDF is locked" in librarian.get(release).text) is is_locked
