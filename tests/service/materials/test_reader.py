from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.support.academy import place_of
from tests.support.library import Reader, reader_in
from tests.support.making import make
from tests.support.pdfs import typeset
from tests.support.web import Browser, person_called, signed_in_as, visitor

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from flask import Flask

    from shared.database import Database

TEXT = "one\ftwo\n\nand its second paragraph\fthree"


def shelved(database: Database, folder: Path, content: bytes, *, edition: UUID, language: str = "en") -> Reader:
    reader = reader_in(database, folder, edition_id=edition, content=content, language=language)
    make(database, folder)
    return reader


def test_a_pdf_is_read_as_pictures_with_its_words_laid_under(
    app: Flask,
    ada: Browser,
    registration_database: Database,
    materials_database: Database,
    tmp_path: Path,
    edition: UUID,
) -> None:
    reader = shelved(materials_database, tmp_path, typeset("ar"), edition=edition, language="ar")
    page = ada.get("/materials/reader/read/ar/p/4").text
    assert 'direction="rtl">الاقتصاد</text>' in page
    assert 'dir="rtl"' in page
    [source] = re.findall(r'<image href="([^"]+)"', page)
    picture = ada.get(source)
    assert picture.headers["Content-Type"] == "image/webp"
    assert picture.headers["Cache-Control"] == "private, no-cache"
    assert picture.headers["X-Accel-Redirect"].startswith("/_files/")
    assert ada.get(source, headers={"If-None-Match": picture.headers["ETag"]}).status_code == 304
    assert ada.get(source.replace("-page", "-small")).status_code == 200
    stranger = signed_in_as(app, registration_database, person_called(registration_database, "Stranger"))
    for browser in (stranger, visitor(app)):
        assert browser.get(source).status_code == 404
        assert browser.get(source, headers={"If-None-Match": picture.headers["ETag"]}).status_code == 404
    assert stranger.get("/materials/reader/read/ar/p/4").status_code == 404
    sent = visitor(app).get("/materials/reader/read/ar/p/4?view=text")
    assert sent.headers["Location"] == "/sign-in?next=%2Fmaterials%2Freader%2Fread%2Far%2Fp%2F4%3Fview%3Dtext"
    text = ada.get("/materials/reader/read/ar/p/4?view=text").text
    assert "يجمع هذا الكتاب" in text
    assert "<image " not in text
    assert reader.path in text
    assert f"/materials/pages/{reader.rendition_id}/13-small.webp" in ada.get("/materials/reader/read/ar/pages").text


def test_pages_are_turned_by_links_up_to_the_last(
    ada: Browser, materials_database: Database, tmp_path: Path, edition: UUID
) -> None:
    shelved(materials_database, tmp_path, TEXT.encode(), edition=edition)
    first, second, third = (ada.get(f"/materials/reader/read/en/p/{number}").text for number in (1, 2, 3))
    assert 'rel="next"' in first
    assert 'rel="prev"' not in first
    assert 'href="/materials/reader/read/en/p/3" rel="next"' in second
    assert "<p>and its second paragraph</p>" in second
    assert 'rel="next"' not in third
    for missing in ("en/p/4", "en/p/0", "fr/p/1", "en/7/p/1", "fr/pages", "fr"):
        assert ada.get(f"/materials/reader/read/{missing}").status_code == 404


def test_a_person_finds_her_page_again_on_another_device(
    app: Flask,
    ada: Browser,
    registration_database: Database,
    materials_database: Database,
    tmp_path: Path,
    edition: UUID,
) -> None:
    bea = person_called(registration_database, "Bea")
    place_of(registration_database, edition_id=edition, person_id=bea)
    shelved(materials_database, tmp_path, TEXT.encode(), edition=edition)
    assert ada.get("/materials/reader/read").headers["Location"] == "/materials/reader/read/en/p/1"
    ada.get("/materials/reader/read/en/p/3")
    assert ada.get("/materials/reader/read").headers["Location"] == "/materials/reader/read/en/p/3"
    assert "Go on at page 3" in ada.get("/materials/reader").text
    other = signed_in_as(app, registration_database, bea)
    assert other.get("/materials/reader/read").headers["Location"] == "/materials/reader/read/en/p/1"


def test_a_work_without_pages_yet_is_offered_as_files_only(
    ada: Browser, materials_database: Database, tmp_path: Path, edition: UUID
) -> None:
    reader = reader_in(materials_database, tmp_path, edition_id=edition, content=TEXT.encode())
    assert ada.get("/materials/reader/read").status_code == 404
    page = ada.get("/materials/reader").text
    assert "/materials/reader/read" not in page
    assert reader.path in page
