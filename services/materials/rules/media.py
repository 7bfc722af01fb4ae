"""What a file really is: told by what is in it, where programs that open it look, never by its name."""

from __future__ import annotations

import codecs
import re
import zipfile
from dataclasses import dataclass
from typing import BinaryIO, Final

from shared.words.sentences import LazyText, _l

PDF: Final = "application/pdf"
EPUB: Final = "application/epub+zip"
TEXT: Final = "text/plain"
FORMATS: Final = {"pdf": PDF, "light_pdf": PDF, "epub": EPUB, "text": TEXT}
"""The formats people may upload, and what their bytes must be."""
SUFFIXES: Final = {"pdf": ".pdf", "light_pdf": "-light.pdf", "epub": ".epub", "text": ".txt", "html": ".html"}
CHARSET: Final = {TEXT: "text/plain; charset=utf-8"}
_PIECE: Final = 256 * 1024
_PDF_HEAD: Final = 1024
"""Readers look for the signature within so many bytes: a mark or a printer's lines may stand before it."""
_PDF_TAIL: Final = 2048
_PDF_TRAILER: Final = 1024 * 1024
_ZIP_TAIL: Final = 22 + 65535
_ZIP_END: Final = b"PK\x05\x06"
_MOST_DIRECTORY: Final = 4 * 1024 * 1024
_MOST_MEMBER: Final = 64 * 1024
_MARKUP: Final = re.compile(r"\s*<(?:!doctype|html|head|body|script|svg|\?xml|!--)", re.IGNORECASE)
_STARTXREF: Final = re.compile(rb"startxref\s+(\d{1,12})\s+%%EOF")
_ROOTFILE: Final = re.compile(rb"<(?:\w+:)?rootfile\b[^>]*\bfull-path\s*=\s*[\"']([^\"']+)[\"']")
_PAGE: Final = (".xhtml", ".html", ".htm", ".xml", ".svg")


@dataclass(frozen=True)
class Unfit:
    """Why a file cannot be used, in words for whoever chose it."""

    reason: LazyText


_NO_PDF: Final = _l("This is not a PDF: it does not begin like one. Export it as PDF and choose that file.")
_CUT_PDF: Final = _l("This PDF is cut off: its end is missing. Export or copy it again and choose the whole file.")
_NO_EPUB: Final = _l("This is not an EPUB. Choose a file that ends in .epub.")
_CUT_EPUB: Final = _l("This EPUB is damaged or cut off. Export or copy it again and choose the whole file.")
_EMPTY_EPUB: Final = _l("This EPUB is empty: there is no page in it.")
_LOCKED_EPUB: Final = _l("This EPUB is locked with a password. Choose one that everybody can open.")
_NO_TEXT: Final = _l("This is not plain text in UTF-8. Save it as plain text with the encoding UTF-8.")


def unfit(file: BinaryIO, *, media_type: str) -> Unfit | None:
    """Return why the open ``file`` is not a usable one of ``media_type``, or None when it is."""
    judged = {PDF: _unfit_pdf, EPUB: _unfit_epub, TEXT: _unfit_text}[media_type](file)
    return None if judged is None else Unfit(judged)


def kind_of(file: BinaryIO) -> str | None:
    """Return the media type that the bytes of the open ``file`` begin like, or None when it is none of ours."""
    file.seek(0)
    head = file.read(_PDF_HEAD)
    if b"%PDF-" in head:
        return PDF
    if head.startswith(b"PK"):
        return EPUB
    return TEXT if _unfit_text(file) is None else None


def is_locked(file: BinaryIO) -> bool:
    """Say whether a PDF is encrypted: readers may ask for a password before they open or print it."""
    end = _tail(file, _PDF_TAIL)
    found = _STARTXREF.search(end, end.rfind(b"startxref"))
    if found is None:
        return False
    file.seek(0)
    begin = max(file.read(_PDF_HEAD).find(b"%PDF-"), 0)  # offsets count from the signature
    file.seek(begin + int(found[1]))
    trailer = file.read(_PDF_TRAILER)
    if trailer.lstrip().startswith(b"xref"):
        trailer = trailer[trailer.find(b"trailer") :]
    return b"/Encrypt" in re.split(rb"\bstream\r?\n|startxref", trailer, maxsplit=1)[0]


def _unfit_pdf(file: BinaryIO) -> LazyText | None:
    file.seek(0)
    if b"%PDF-" not in file.read(_PDF_HEAD):
        return _NO_PDF
    end = _tail(file, _PDF_TAIL)
    return None if b"startxref" in end and b"%%EOF" in end else _CUT_PDF


def _unfit_epub(file: BinaryIO) -> LazyText | None:
    file.seek(0)
    if file.read(2) != b"PK":
        return _NO_EPUB
    end = _tail(file, _ZIP_TAIL)
    at = end.rfind(_ZIP_END)
    if at < 0 or int.from_bytes(end[at + 12 : at + 16], "little") > _MOST_DIRECTORY:
        return _CUT_EPUB
    try:
        with zipfile.ZipFile(file) as packed:
            return _unfit_book(packed)
    except (zipfile.BadZipFile, EOFError, KeyError, OSError, RuntimeError, ValueError):
        return _CUT_EPUB


def _unfit_book(packed: zipfile.ZipFile) -> LazyText | None:
    names = {member.filename: member for member in packed.infolist()}
    if any(member.flag_bits & 1 for member in names.values()):
        return _LOCKED_EPUB
    if "mimetype" not in names or "META-INF/container.xml" not in names:
        return _NO_EPUB
    if _member(packed, "mimetype").strip(b"\xef\xbb\xbf \t\r\n") != EPUB.encode():
        return _NO_EPUB
    root = _ROOTFILE.search(_member(packed, "META-INF/container.xml"))
    if root is None or root[1].decode("utf-8", "replace") not in names:
        return _CUT_EPUB
    pages = (member for name, member in names.items() if name.lower().endswith(_PAGE) and "META-INF/" not in name)
    return None if any(page.file_size for page in pages) else _EMPTY_EPUB


def _member(packed: zipfile.ZipFile, name: str) -> bytes:
    with packed.open(name) as opened:
        return opened.read(_MOST_MEMBER)  # whatever it claims to unpack to


def _unfit_text(file: BinaryIO) -> LazyText | None:
    file.seek(0)
    decoder, begins = codecs.getincrementaldecoder("utf-8-sig")(), True
    while True:
        piece = file.read(_PIECE)
        try:
            text = decoder.decode(piece, final=not piece)
        except UnicodeDecodeError:
            return _NO_TEXT
        if begins and _MARKUP.match(text):
            return _NO_TEXT
        if any(sign < " " and sign not in "\t\n\r\f" for sign in text):
            return _NO_TEXT
        if not piece:
            return None
        begins = False


def _tail(file: BinaryIO, length: int) -> bytes:
    size = file.seek(0, 2)
    file.seek(max(size - length, 0))
    return file.read(length)
