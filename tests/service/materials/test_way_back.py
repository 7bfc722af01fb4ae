"""A librarian can put right what went wrong, and a release with fewer languages hides nothing."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from services.materials.actions.publications import draft_release, publish_release
from services.materials.actions.renditions import add_rendition
from services.materials.errors import ReleaseIsPublished
from services.materials.rounds.fixity import damaged_files
from shared.clock import now
from shared.deeds import Deed
from shared.schema.materials.files import Rendition
from shared.schema.materials.publications import Chapter, Publication, Release, Translation
from shared.schema.materials.published import NewestCopy
from shared.schema.materials.shelves import Shelf
from shared.store import store_at
from tests.support.academy import edition_called
from tests.support.library import PDF, Reader, reader_in
from tests.support.web import Browser, form_token, person_called, signed_in_as

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from flask import Flask

    from shared.database import Database


@pytest.fixture
def reader(materials_database: Database, tmp_path: Path, edition: UUID, ada: Browser) -> Reader:  # noqa: ARG001 - first
    return reader_in(materials_database, tmp_path, edition_id=edition)


def send(browser: Browser, page: str, path: str, **fields: Any) -> Any:
    token = form_token(browser.get(page).text)
    return browser.post(path, data={"csrf_token": token, **fields}, content_type="multipart/form-data")


def add_file(database: Database, folder: Path, release_id: UUID, language: str, content: bytes) -> UUID:
    with database.transaction() as session:
        return add_rendition(
            session,
            store_at(folder.as_uri()),
            release_id=release_id,
            language=language,
            format_="pdf",
            pieces=[content],
            limit=1_000_000,
            deed=Deed(None, now()),
        ).id


def drafted(database: Database, reader: Reader, version: str = "2026") -> UUID:
    with database.transaction() as session:
        deed = Deed(None, now())
        return draft_release(session, publication_id=reader.publication_id, version=version, dated="", deed=deed).id


def published(database: Database, release_id: UUID) -> None:
    with database.transaction() as session:
        publish_release(session, release_id=release_id, deed=Deed(None, now()))


def test_a_release_with_fewer_languages_hides_none_of_the_others(
    ada: Browser,
    librarian: Browser,
    reader: Reader,
    registration_database: Database,
    materials_database: Database,
    tmp_path: Path,
) -> None:
    release = drafted(materials_database, reader)
    add_file(materials_database, tmp_path, release, "fr", PDF + b"fr")
    page = librarian.get(f"/desk/materials/releases/{release}").text
    assert "This version has no English. People who read it keep version <bdi>2011</bdi>" in page
    published(materials_database, release)
    for page in ("/materials", "/materials/reader"):
        shown = ada.get(page).text
        assert reader.path in shown
        assert "It is not there in your language yet" not in shown
    assert "reader-2026-fr.pdf" in ada.get("/materials/reader").text
    with registration_database.reading() as session:
        newest = {copy.language: copy.filename for copy in session.scalars(select(NewestCopy))}
    assert newest == {"en": "reader-2011-en.pdf", "fr": "reader-2026-fr.pdf"}


def test_bytes_that_did_not_change_are_not_newer(
    ada: Browser, reader: Reader, materials_database: Database, tmp_path: Path
) -> None:
    ada.get(reader.path)
    release = drafted(materials_database, reader)
    add_file(materials_database, tmp_path, release, "en", PDF)
    published(materials_database, release)
    page = ada.get("/materials").text
    assert "reader-2026-en.pdf" in page
    assert "You have it" in page
    assert "A newer version than yours" not in page


def test_a_language_can_come_late_and_what_people_hold_is_not_changed(
    ada: Browser, librarian: Browser, reader: Reader, materials_database: Database, tmp_path: Path
) -> None:
    page = f"/desk/materials/releases/{reader.release_id}"
    file = (io.BytesIO(PDF + b"ar"), "x.pdf")
    assert send(librarian, page, f"{page}/files", language="ar", format="pdf", file=file).status_code == 303
    assert "reader-2011-ar.pdf" in ada.get("/materials/reader").text
    assert add_file(materials_database, tmp_path, reader.release_id, "en", PDF) == reader.rendition_id
    with pytest.raises(ReleaseIsPublished):
        add_file(materials_database, tmp_path, reader.release_id, "en", PDF + b"other")


def test_a_withdrawn_release_leaves_a_stone_for_those_who_could_open_it(
    app: Flask, ada: Browser, librarian: Browser, reader: Reader, registration_database: Database
) -> None:
    page = f"/desk/materials/releases/{reader.release_id}"
    assert send(librarian, page, f"{page}/withdraw", why="The wrong file").status_code == 303
    assert "The wrong file" in librarian.get(page).text
    for path in (reader.path, "/materials/reader"):
        answer = ada.get(path)
        assert answer.status_code == 410
        assert "This version was withdrawn" in answer.text
    assert reader.path not in ada.get("/materials").text
    stranger = signed_in_as(app, registration_database, person_called(registration_database, "Stranger"))
    assert stranger.get(reader.path).status_code == stranger.get("/materials/reader").status_code == 404
    assert send(librarian, page, f"{page}/withdraw").location == page
    assert 'class="notice bad"' in librarian.get(page).text, "the refusal is told where the button stands"


def test_what_is_said_of_a_publication_can_be_corrected(
    ada: Browser, librarian: Browser, reader: Reader, materials_database: Database
) -> None:
    page = "/desk/materials/p/reader/edit"
    assert "Our common road" in librarian.get(page).text
    assert send(librarian, page, page, title_en="").status_code == 422
    fields = {"title_en": "Our common way", "kind": "document", "licence": "cc-by-4.0"}
    assert send(librarian, page, page, **fields).status_code == 303
    assert "Our common way" in ada.get("/materials/reader").text
    assert "Our%20common%20way" in ada.get(reader.path).headers["Content-Disposition"]
    with materials_database.reading() as session:
        assert session.scalars(select(Publication.licence)).one() == "CC-BY-4.0"
        assert session.scalars(select(Translation.title)).one() == "Our common way"


def test_a_draft_gets_chapters_loses_files_and_is_deleted(
    librarian: Browser, reader: Reader, materials_database: Database, tmp_path: Path
) -> None:
    release = drafted(materials_database, reader)
    page = f"/desk/materials/releases/{release}"
    file_id = add_file(materials_database, tmp_path, release, "fr", PDF + b"fr")
    chapter = {"number": "1", "title": "Beginnings", "language": "en", "authors": "Ada\nBo"}
    for _twice in range(2):
        assert send(librarian, page, f"{page}/chapters", **chapter).status_code == 303
    assert "There is a chapter with this number already" in librarian.get(page).text
    with materials_database.reading() as session:
        [made] = session.scalars(select(Chapter)).all()
        assert (made.titles, made.authors) == ({"en": "Beginnings"}, ["Ada", "Bo"])
    file = (io.BytesIO(PDF + b"chapter"), "x.pdf")
    fields = {"language": "en", "format": "pdf", "chapter_id": str(made.id), "file": file}
    assert send(librarian, page, f"{page}/files", **fields).status_code == 303
    assert send(librarian, page, f"{page}/files/{reader.rendition_id}/remove").status_code == 404
    assert send(librarian, page, f"{page}/files/{file_id}/remove").status_code == 303
    assert send(librarian, page, f"{page}/chapters/{made.id}/remove").status_code == 303
    with materials_database.reading() as session:
        assert session.scalars(select(Rendition.id)).all() == [reader.rendition_id]
    assert send(librarian, page, f"{page}/discard").status_code == 303
    with materials_database.reading() as session:
        assert session.scalars(select(Release.id)).all() == [reader.release_id]


def test_nothing_of_a_published_release_is_removed_or_deleted(
    librarian: Browser, reader: Reader, materials_database: Database
) -> None:
    page = f"/desk/materials/releases/{reader.release_id}"
    for deed in ("discard", f"files/{reader.rendition_id}/remove"):
        assert send(librarian, "/desk/materials/new", f"{page}/{deed}").location == page
    with materials_database.reading() as session:
        assert session.scalars(select(Rendition.id)).all() == [reader.rendition_id]


def test_shelves_are_listed_changed_and_taken_down(
    ada: Browser, librarian: Browser, reader: Reader, materials_database: Database
) -> None:
    page = f"/desk/materials/shelves/{reader.shelf_id}"
    assert page in librarian.get("/desk/materials/shelves").text
    wrong = {"name": "Open", "opens_at": "2027-01-02T00:00", "closes_at": "2027-01-01T00:00"}
    assert send(librarian, page, page, **wrong).status_code == 422
    assert send(librarian, page, page, name="Later", opens_at="2099-01-02T00:00").status_code == 303
    assert ada.get(reader.path).status_code == 404
    assert 'value="2099-01-02T00:00' in librarian.get(page).text
    assert send(librarian, page, page, name="Open").status_code == 303
    assert ada.get(reader.path).status_code == 200
    assert send(librarian, page, f"{page}/delete").status_code == 303
    assert ada.get(reader.path).status_code == 404
    with materials_database.reading() as session:
        assert session.scalars(select(Shelf.id)).all() == []


def test_files_that_the_store_lost_are_named(reader: Reader, materials_database: Database, tmp_path: Path) -> None:
    store, path = store_at(tmp_path.as_uri()), tmp_path / reader.sha256[:2] / reader.sha256
    with materials_database.reading() as session:
        assert list(damaged_files(session, store)) == []
        path.write_bytes(PDF[:-1] + b"?")
        assert list(damaged_files(session, store)) == [(reader.sha256, "damaged", ("reader-2011-en.pdf",))]
        path.unlink()
        assert list(damaged_files(session, store)) == [(reader.sha256, "missing", ("reader-2011-en.pdf",))]


def test_the_staff_of_another_edition_can_do_none_of_it(
    app: Flask, reader: Reader, registration_database: Database
) -> None:
    elsewhere = edition_called(registration_database, "agadir-2012")
    other = person_called(registration_database, "Other", roles=[("organiser", elsewhere)])
    browser = signed_in_as(app, registration_database, other, means="staff")
    for path in (
        "p/reader/edit",
        f"releases/{reader.release_id}/withdraw",
        f"releases/{reader.release_id}/discard",
        f"releases/{reader.release_id}/chapters",
        f"shelves/{reader.shelf_id}",
        f"shelves/{reader.shelf_id}/delete",
    ):
        assert send(browser, "/desk/materials/new", f"/desk/materials/{path}").status_code == 404
    assert str(reader.shelf_id) not in browser.get("/desk/materials/shelves").text
