from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from services.materials.actions.arrivals import prune_arrivals
from services.materials.actions.publications import add_chapter
from shared.clock import now
from shared.deeds import Deed
from shared.schema.materials.arrivals import Arrival
from shared.schema.materials.files import Rendition
from shared.schema.materials.publications import Chapter, Translation
from tests.support.library import PDF, TEXT, Reader, materials_app, reader_in
from tests.support.web import Browser, form_token

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from flask import Flask

    from shared.database import Database


@pytest.fixture
def app(materials_database: Database, tmp_path: Path) -> Flask:
    return materials_app(materials_database, tmp_path, upload_limit=100_000)


@pytest.fixture
def draft(materials_database: Database, tmp_path: Path, edition: UUID) -> Reader:
    reader = reader_in(materials_database, tmp_path, edition_id=edition, published=False, content=TEXT)
    with materials_database.transaction() as session:
        for number in range(1, 6):
            add_chapter(
                session, release_id=reader.release_id, number=number, titles={"fr": f"Partie {number}"}, authors=[],
                pages={}, deed=Deed(None, now()),
            )  # fmt: skip
    return reader


def page_of(draft: Reader) -> str:
    return f"/desk/materials/releases/{draft.release_id}/arrivals"


def send(browser: Browser, draft: Reader, *files: tuple[str, bytes]) -> str:
    token = form_token(browser.get(page_of(draft)).text)
    told = {"csrf_token": token, "files": [(io.BytesIO(content), name) for name, content in files]}
    answer = browser.post(page_of(draft), data=told, content_type="multipart/form-data")
    assert answer.status_code == 303
    return str(browser.get(page_of(draft)).text)


def chosen(page: str) -> dict[str, str]:
    """Return what the selects of the page say, by their names."""
    selects = re.findall(r'<select name="([^"]+)".*?</select>', page, re.DOTALL)
    found = {}
    for name, body in re.findall(r'<select name="([^"]+)"(.*?)</select>', page, re.DOTALL):
        marked = re.findall(r'<option value="([^"]*)" selected', body)
        found[name] = marked[0] if marked else (re.findall(r'<option value="([^"]*)"', body) or [""])[0]
    assert len(found) == len(selects)
    return found


def place(browser: Browser, draft: Reader, fields: dict[str, str]) -> Any:
    token = form_token(browser.get(page_of(draft)).text)
    return browser.post(page_of(draft) + "/place", data={"csrf_token": token, **fields})


def ids(database: Database) -> dict[str, UUID]:
    with database.reading() as session:
        return {one.name: one.id for one in session.scalars(select(Arrival))}


def places(database: Database) -> set[tuple[object, ...]]:
    with database.reading() as session:
        rows: Any = session.execute(
            select(Translation.language, Chapter.number, Rendition.format)
            .join(Rendition, Rendition.translation_id == Translation.id)
            .outerjoin(Chapter, Chapter.id == Rendition.chapter_id)
        )
        return {(language, number, format_) for language, number, format_ in rows}


def test_twelve_files_are_sent_at_once_two_guesses_corrected_and_all_have_their_places(
    librarian: Browser, draft: Reader, materials_database: Database
) -> None:
    named = [f"sse-reader-2011-{code}.pdf" for code in ("en", "fr", "es", "pt", "ar")]
    named += [f"{number:02} Partie {number} (fr).pdf" for number in range(1, 6)]
    files = [(name, PDF + name.encode()) for name in [*named, "scan.pdf"]]
    page = send(librarian, draft, *files, ("annexe es.txt", TEXT))
    assert page.count("<select name=") == 36
    assert "Put 12 files in their places" in page
    which = ids(materials_database)
    says = chosen(page)
    assert says[f"language-{which['03 Partie 3 (fr).pdf']}"] == "fr"
    assert says[f"chapter_id-{which['03 Partie 3 (fr).pdf']}"]
    assert says[f"language-{which['scan.pdf']}"] == ""
    refused = place(librarian, draft, says)
    assert refused.status_code == 422
    assert re.findall(r"</span> ([^<]*)</p>", refused.text) == ["Choose the language"]
    assert "11 files have their places" in refused.text
    says = chosen(refused.text)
    says[f"language-{which['scan.pdf']}"] = "fr"
    says[f"format-{which['scan.pdf']}"] = "light_pdf"
    assert place(librarian, draft, says).status_code == 303
    expected: set[tuple[object, ...]] = {(code, None, "pdf") for code in ("en", "fr", "es", "pt", "ar")}
    expected |= {("fr", number, "pdf") for number in range(1, 6)}
    assert places(materials_database) == expected | {
        ("fr", None, "light_pdf"),
        ("es", None, "text"),
        ("en", None, "text"),
    }
    assert ids(materials_database) == {}


def test_what_cannot_be_used_is_named_and_the_rest_comes(
    librarian: Browser, draft: Reader, materials_database: Database
) -> None:
    page = send(
        librarian, draft,
        ("fine fr.pdf", PDF), ("page.html", b"<!doctype html><p>x"), ("photo.jpg", b"\xff\xd8\xff\xe0" + bytes(99)),
        ("cut es.pdf", b"%PDF-1.7 cut"), ("empty.pdf", b""), ("book.epub", b"PK\x03\x04"),
    )  # fmt: skip
    assert list(ids(materials_database)) == ["fine fr.pdf"]
    for name in ("page.html", "photo.jpg", "cut es.pdf", "empty.pdf", "book.epub"):
        assert f"{name}:" in page, name


def test_two_files_for_one_place_are_both_shown_and_neither_replaces_the_other(
    librarian: Browser, draft: Reader, materials_database: Database
) -> None:
    page = send(librarian, draft, ("a fr.pdf", PDF + b"a"), ("b fr.pdf", PDF + b"b"), ("c es.pdf", PDF + b"c"))
    refused = place(librarian, draft, chosen(page))
    assert refused.status_code == 422
    assert refused.text.count("Two files cannot have the same place") == 2
    assert sorted(ids(materials_database)) == ["a fr.pdf", "b fr.pdf"]


def test_a_file_is_let_go_by_hand_and_after_a_week(
    librarian: Browser, draft: Reader, materials_database: Database
) -> None:
    send(librarian, draft, ("a fr.pdf", PDF), ("b fr.pdf", PDF + b"b"))
    token = form_token(librarian.get(page_of(draft)).text)
    gone = ids(materials_database)["a fr.pdf"]
    assert librarian.post(f"{page_of(draft)}/{gone}/drop", data={"csrf_token": token}).status_code == 303
    assert librarian.post(f"{page_of(draft)}/{gone}/drop", data={"csrf_token": token}).status_code == 404
    assert list(ids(materials_database)) == ["b fr.pdf"]
    with materials_database.transaction() as session:
        assert prune_arrivals(session, now=now() + timedelta(days=6), limit=10) == 0
        assert prune_arrivals(session, now=now() + timedelta(days=8), limit=10) == 1


def test_names_from_anywhere_are_shown_as_text(librarian: Browser, draft: Reader) -> None:
    names = ["../../etc/passwd fr.pdf", "<img src=x onerror=alert(1)>.pdf", "x" * 400 + ".pdf", "دليل العربية.pdf"]
    page = send(librarian, draft, *((name, PDF + name.encode()) for name in names))
    assert "<img src=x" not in page
    assert "دليل العربية.pdf" in page
    assert page.count("<select name=") == 12
