from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from services.materials.actions.publications import withdraw_release
from shared.clock import now
from shared.deeds import Deed
from shared.schema.materials.publications import Publication
from tests.support.academy import edition_called, place_of
from tests.support.library import Reader, reader_in
from tests.support.making import make
from tests.support.web import Browser, person_called, signed_in_as, visitor

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from shared.database import Database

FRENCH = (
    "Les coopératives d’épargne sont nées ailleurs.\f"
    "L’économie sociale et solidaire réunit des coopératives et des mutuelles.\f"
    "Une page <b>sur</b> le financement & le crédit."
)
ARABIC = "الصفحة الأولى\fيجمع هذا الكتاب مقالات عن الاقتصاد الاجتماعي والتضامني والتعاونيات"
PORTUGUESE = "As organizações da economia solidária e o desenvolvimento local."


@pytest.fixture
def shelve(materials_database: Database, tmp_path: Path) -> Shelve:
    return Shelve(materials_database, tmp_path)


class Shelve:
    """Puts texts on shelves and has their pages made."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.folder = database, folder

    def __call__(self, text: str, *, language: str = "fr", slug: str = "reader", **where: object) -> Reader:
        shelf = {"edition_id": None, "rule": "public", **where}
        reader = reader_in(self.database, self.folder, content=text.encode(), language=language, slug=slug, **shelf)  # type: ignore[arg-type]
        make(self.database, self.folder)
        return reader


def pages_found(browser: Browser, query: str, **more: str) -> list[str]:
    page = browser.get("/materials/search", query_string={"q": query, **more})
    assert page.status_code == 200, query
    return re.findall(r'href="(/materials/[a-z-]+/read/[^"]+)"', page.text)


SECOND = "/materials/reader/read/fr/p/2"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ('"économie sociale et solidaire"', [SECOND]),
        ("economie solidaire", [SECOND]),
        ("ÉCONOMIES", [SECOND]),
        ('"solidaire économie"', []),
        ("mutuelle", [SECOND]),
        ("mutu*", [SECOND]),
        ("mutu", [SECOND]),
        ("mutu* crédit", []),
        ("le financement", ["/materials/reader/read/fr/p/3"]),
    ],
)
def test_words_phrases_and_beginnings_are_found_on_their_page_with_and_without_accents(
    app: Flask, shelve: Shelve, query: str, found: list[str]
) -> None:
    shelve(FRENCH)
    assert pages_found(visitor(app), query) == found


def test_hits_are_marked_and_what_is_written_in_a_file_stays_text(app: Flask, shelve: Shelve) -> None:
    shelve(FRENCH)
    page = visitor(app).get("/materials/search?q=mutuelle").text
    assert "<mark>mutuelles</mark>" in page
    page = visitor(app).get("/materials/search?q=financement").text
    assert "<b>sur" not in page
    assert "&amp; le crédit" in page


def test_arabic_and_portuguese_are_found_by_their_stems_and_a_language_can_be_chosen(
    app: Flask, shelve: Shelve
) -> None:
    shelve(ARABIC, language="ar", slug="kitab")
    shelve(PORTUGUESE, language="pt", slug="guia")
    browser = visitor(app)
    assert pages_found(browser, "اقتصاد") == ["/materials/kitab/read/ar/p/2"]
    assert pages_found(browser, "organizacao solidaria") == ["/materials/guia/read/pt/p/1"]
    assert pages_found(browser, "organizacao", language="ar") == []


def test_a_mistyped_word_finds_what_it_looks_like_and_the_page_says_so(app: Flask, shelve: Shelve) -> None:
    shelve(FRENCH)
    page = visitor(app).get("/materials/search?q=econnomie+sociale").text
    assert SECOND in page
    assert "This is for “economie sociale”" in page
    assert "Nothing was found" in visitor(app).get("/materials/search?q=xylophone").text


def test_works_are_found_by_title_author_and_key_word(app: Flask, shelve: Shelve, materials_database: Database) -> None:
    reader = shelve(FRENCH)
    with materials_database.transaction() as session:
        session.execute(update(Publication).where(Publication.id == reader.publication_id).values(tags=["microcrédit"]))
    for query in ("Our common road", "labour organiz", "microcredit", "طريقنا"):
        assert 'href="/materials/reader"' in visitor(app).get("/materials/search", query_string={"q": query}).text


def test_only_what_a_person_may_open_is_found(
    app: Flask, shelve: Shelve, registration_database: Database, materials_database: Database
) -> None:
    edition = edition_called(registration_database, "montreal-2011")
    ada = person_called(registration_database, "Ada")
    place_of(registration_database, edition_id=edition, person_id=ada)
    reader = shelve(FRENCH, edition_id=edition, rule="accepted")
    shelve("coopératives d’un brouillon", slug="draft", published=False)
    with_place = signed_in_as(app, registration_database, ada)
    stranger = signed_in_as(app, registration_database, person_called(registration_database, "Stranger"))
    assert len(pages_found(with_place, "coopératives")) == 2
    assert pages_found(stranger, "coopératives") == []
    assert pages_found(visitor(app), "coopératives") == []
    assert "coopérati" not in stranger.get("/materials/search?q=cooperativs").text
    with materials_database.transaction() as session:
        withdraw_release(session, release_id=reader.release_id, deed=Deed(None, now()))
    assert pages_found(with_place, "coopératives") == []


@pytest.mark.parametrize(
    "query",
    [
        "",
        " ",
        '"',
        "'",
        "a & | ! ( ) :*",
        "\\",
        "%00",
        "<script>",
        "*",
        ":*",
        "le la les",
        "(" * 300,
        "🙂",
        "'; --",
    ],
)
def test_whatever_is_typed_is_answered(app: Flask, shelve: Shelve, query: str) -> None:
    shelve(FRENCH)
    pages_found(visitor(app), query)


def test_more_hits_are_on_further_pages(app: Flask, shelve: Shelve) -> None:
    shelve("\f".join(f"coopérative {number}" for number in range(45)))
    browser = visitor(app)
    seen: list[str] = []
    for start in ("0", "20", "40"):
        seen += pages_found(browser, "coopérative", **{"from": start})
    assert len(seen) == len(set(seen)) == 45
