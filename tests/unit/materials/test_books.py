from __future__ import annotations

import io
import shutil
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree

from services.materials.rules.books import Book, Section, epub_of
from services.materials.rules.flowing import Block
from tests.support.judges import judged_by_epubcheck

BOOK = Book(
    identifier="urn:uuid:00000000-0000-7000-8000-000000000000",
    title='Work & <dignity> "for all"',
    language="en",
    contributors=["Ana & Sons", "B. <b>"],
    publisher="",
    dated="2011-10-24",
    rights="CC-BY-4.0",
    summary="",
    modified_at=datetime(2011, 10, 24, 8, tzinfo=UTC),
)
SECTIONS = [
    Section("1 < 2 & so on", [Block("heading", "A & B", 1), Block("paragraph", "x\x0b\x00\ufffe<y>]]>", 1)]),
    Section("ä ö\u200fü.xhtml", [Block("item", "• one", 2), Block("paragraph", "two", 3)]),
]
ARABIC = replace(BOOK, language="ar", title="طريقنا المشترك")


def members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {entry.filename: archive.read(entry) for entry in archive.infolist()}


@pytest.mark.parametrize("book", [BOOK, ARABIC], ids=["en", "ar"])
def test_whatever_stands_in_titles_and_texts_every_part_is_xml_and_says_its_direction(book: Book) -> None:
    files = members(epub_of(book, SECTIONS))
    assert next(iter(files)) == "mimetype"
    for name, content in files.items():
        if name.endswith((".xml", ".opf", ".xhtml")):
            etree.fromstring(content)
    way = b'dir="rtl"' if book.language == "ar" else b'dir="ltr"'
    assert way in files["book/part-001.xhtml"]
    assert b"page-progression-direction=" + way[4:] in files["book/book.opf"]
    assert b'href="part-002.xhtml#p3"' in files["book/contents.xhtml"]
    assert b'id="p3"' in files["book/part-002.xhtml"]


def test_the_same_text_gives_the_same_bytes() -> None:
    assert epub_of(BOOK, SECTIONS) == epub_of(BOOK, SECTIONS)


@pytest.mark.skipif(shutil.which("java") is None, reason="no java: epubcheck runs on it")
@pytest.mark.parametrize("book", [BOOK, ARABIC], ids=["en", "ar"])
def test_epubcheck_finds_nothing(book: Book, tmp_path: Path) -> None:
    judged_by_epubcheck(epub_of(book, SECTIONS), tmp_path)
