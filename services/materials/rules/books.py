"""A work as EPUB 3.3: its text as it flows, a chapter in a file, with a table of contents and the printed page numbers.

Our own, since EbookLib's licence (AGPL) would become ours, and the permissive libraries know neither the direction of
Arabic nor lists of pages. What it writes is judged by epubcheck. The same text gives the same bytes.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Final

from services.materials.rules.flowing import Block

_RIGHT_TO_LEFT: Final = frozenset({"ar"})
_FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 takes no character for (2.2)."""
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_CONTAINER: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="book/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>\n'
)
_STYLE: Final = (
    "body { line-height: 1.5; margin: 5% }\nh1, h2 { line-height: 1.25; text-align: start; hyphens: none }\n"
    "p { margin: 0 0 .8em; text-align: start }\n.item { padding-inline-start: 1.5em; text-indent: -1em }\n"
    ":lang(ar) { line-height: 1.8 }\n"
)


@dataclass(frozen=True)
class Book:
    """What is told of the work. ``identifier`` is a URN; names are as they are cited."""

    identifier: str
    title: str
    language: str
    contributors: Sequence[str]
    publisher: str
    dated: str
    rights: str
    summary: str
    modified_at: datetime


@dataclass(frozen=True)
class Section:
    """A chapter, or what stands between chapters; ``title`` is shown in the table of contents."""

    title: str
    blocks: Sequence[Block]


def epub_of(book: Book, sections: Sequence[Section]) -> bytes:
    """Return the EPUB; every section has a title, a work without a text is not made into one."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        _put(archive, "mimetype", "application/epub+zip", how=zipfile.ZIP_STORED)
        _put(archive, "META-INF/container.xml", _CONTAINER)
        _put(archive, "book/book.opf", _package(book, len(sections)))
        _put(archive, "book/contents.xhtml", _contents(book, sections))
        _put(archive, "book/style.css", _STYLE)
        seen: set[int] = set()
        for number, section in enumerate(sections, start=1):
            _put(archive, f"book/part-{number:03d}.xhtml", _section(book, section, seen))
    return packed.getvalue()


def _put(archive: zipfile.ZipFile, name: str, text: str, *, how: int = zipfile.ZIP_DEFLATED) -> None:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = how
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, text.encode())


def _clean(text: str) -> str:
    return escape(_FORBIDDEN.sub("", " ".join(text.split())))


def _package(book: Book, count: int) -> str:
    parts = [f"part-{number:03d}" for number in range(1, count + 1)]
    said = [
        ("dc:creator", book.contributors),
        ("dc:publisher", [book.publisher]),
        ("dc:date", [book.dated]),
        ("dc:rights", [book.rights]),
        ("dc:description", [book.summary]),
    ]
    optional = "".join(
        f"<{name}>{_clean(value)}</{name}>" for name, values in said for value in values if value.strip()
    )
    access = [("accessMode", "textual"), ("accessModeSufficient", "textual"), ("accessibilityHazard", "none")]
    access += [("accessibilityFeature", what) for what in ("tableOfContents", "readingOrder", "pageNavigation")]
    modified = book.modified_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    way = "rtl" if book.language in _RIGHT_TO_LEFT else "ltr"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" '
        f'xml:lang="{book.language}" dir="{way}"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f'<dc:identifier id="id">{_clean(book.identifier)}</dc:identifier><dc:title>{_clean(book.title)}</dc:title>'
        f"<dc:language>{book.language}</dc:language>{optional}"
        f'<meta property="dcterms:modified">{modified}</meta>'
        + "".join(f'<meta property="schema:{name}">{value}</meta>' for name, value in access)
        + "</metadata><manifest>"
        '<item id="contents" href="contents.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
        '<item id="style" href="style.css" media-type="text/css"/>'
        + "".join(f'<item id="{part}" href="{part}.xhtml" media-type="application/xhtml+xml"/>' for part in parts)
        + f'</manifest><spine page-progression-direction="{way}">'
        + "".join(f'<itemref idref="{part}"/>' for part in parts)
        + "</spine></package>\n"
    )


def _page(book: Book, title: str, body: str) -> str:
    way = "rtl" if book.language in _RIGHT_TO_LEFT else "ltr"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html>\n'
        '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" '
        f'lang="{book.language}" xml:lang="{book.language}" dir="{way}">'
        f'<head><title>{_clean(title)}</title><link rel="stylesheet" href="style.css"/></head>'
        f"<body>{body}</body></html>\n"
    )


def _contents(book: Book, sections: Sequence[Section]) -> str:
    toc = "".join(
        f'<li><a href="part-{number:03d}.xhtml">{_clean(section.title)}</a></li>'
        for number, section in enumerate(sections, start=1)
    )
    where: dict[int, int] = {}
    for number, section in enumerate(sections, start=1):
        for block in section.blocks:
            where.setdefault(block.page, number)
    pages = "".join(f'<li><a href="part-{at:03d}.xhtml#p{page}">{page}</a></li>' for page, at in where.items())
    body = (
        f'<nav epub:type="toc" id="toc"><h1>{_clean(book.title)}</h1><ol>{toc}</ol></nav>'
        f'<nav epub:type="page-list" id="pages" hidden="hidden"><ol>{pages}</ol></nav>'
    )
    return _page(book, book.title, body)


def _section(book: Book, section: Section, seen: set[int]) -> str:
    """Write a section; a page that begins in it, and is not ``seen`` yet, is marked."""
    parts = [f"<h1>{_clean(section.title)}</h1>"]
    for block in section.blocks:
        if block.page not in seen:
            seen.add(block.page)
            parts.append(
                f'<span epub:type="pagebreak" role="doc-pagebreak" id="p{block.page}" aria-label="{block.page}"/>'
            )
        tag, kind = {"heading": ("h2", ""), "item": ("p", ' class="item"'), "paragraph": ("p", "")}[block.kind]
        parts.append(f"<{tag}{kind}>{_clean(block.text)}</{tag}>")
    return _page(book, section.title, f'<section epub:type="bodymatter chapter">{"".join(parts)}</section>')
