from __future__ import annotations

import io
import zipfile

import pytest

from services.materials.rules.media import EPUB, PDF, TEXT, is_locked, unfit

PDF_END = b"\nstartxref\n9\n%%EOF\n"
WHOLE_PDF = b"%PDF-1.7\n" + bytes(5000) + PDF_END
CONTAINER = b'<container><rootfiles><rootfile media-type="x" full-path="OPS/book.opf"/></rootfiles></container>'


def book(*, first: str = "mimetype", **members: bytes) -> bytes:
    """Return an EPUB whose members are those of a small book, with the changes; an empty change leaves one out."""
    contents = {
        "mimetype": EPUB.encode(),
        "META-INF/container.xml": CONTAINER,
        "OPS/book.opf": b"<package/>",
        "OPS/one.xhtml": b"<html/>",
        **{name.replace("__", "/").replace("_", "."): content for name, content in members.items()},
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(contents, key=lambda one: one != first):
            if contents[name]:
                archive.writestr(name, contents[name])
    return packed.getvalue()


def why_unfit(content: bytes, media_type: str) -> str:
    found = unfit(io.BytesIO(content), media_type=media_type)
    return "" if found is None else str(found.reason)


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (WHOLE_PDF, PDF),
        (b"\xef\xbb\xbf" + WHOLE_PDF, PDF),
        (b"\x1b%-12345X@PJL SET DUPLEX=ON\r\n" * 20 + WHOLE_PDF, PDF),
        (WHOLE_PDF + bytes(500), PDF),
        (book(), EPUB),
        (book(first="META-INF/container.xml"), EPUB),
        (book(mimetype=EPUB.encode() + b"\n"), EPUB),
        ("\ufeffÉconomie sociale\n\tet solidaire\f".encode(), TEXT),
        (("a" + "é" * 300_001).encode(), TEXT),
    ],
)
def test_what_readers_can_open_is_taken(content: bytes, media_type: str) -> None:
    assert why_unfit(content, media_type) == ""


@pytest.mark.parametrize(
    ("content", "media_type", "reason"),
    [
        (b"%PDF-", PDF, "cut off"),
        (WHOLE_PDF[: len(WHOLE_PDF) // 2], PDF, "cut off"),
        (b"%PDF-1.4\n<html><script>alert(1)</script>", PDF, "cut off"),
        (bytes(1024) + WHOLE_PDF, PDF, "not a PDF"),
        (b"MZ\x00\x01", PDF, "not a PDF"),
        (book()[:-30], EPUB, "cut off"),
        (book()[: len(book()) // 2], EPUB, "cut off"),
        (book(OPS__book_opf=b""), EPUB, "cut off"),
        (book(OPS__one_xhtml=b""), EPUB, "empty"),
        (book(mimetype=b""), EPUB, "not an EPUB"),
        (book(mimetype=b"application/zip"), EPUB, "not an EPUB"),
        (b"PK\x03\x04" + bytes(26) + b"mimetypeapplication/epub+zip", EPUB, "cut off"),
        (WHOLE_PDF, EPUB, "not an EPUB"),
        (b"a" * 300_000 + b"\x00\x01", TEXT, "not plain text"),
        (b"a" * 300_000 + b"\xff", TEXT, "not plain text"),
        ("aé".encode()[:-1], TEXT, "not plain text"),
        ("Économie".encode("utf-16"), TEXT, "not plain text"),
        (b"  <!DOCTYPE html><script>", TEXT, "not plain text"),
        (b"<svg onload=alert(1)>", TEXT, "not plain text"),
    ],
)
def test_what_nobody_could_open_is_refused_with_the_true_reason(content: bytes, media_type: str, reason: str) -> None:
    assert reason in why_unfit(content, media_type)


def locked(trailer: bytes) -> bool:
    begin = b"%PDF-1.7\n" + bytes(3000)
    return is_locked(io.BytesIO(begin + trailer + f"\nstartxref\n{len(begin)}\n%%EOF\n".encode()))


@pytest.mark.parametrize(
    ("trailer", "expected"),
    [
        (b"xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size 1 /Encrypt 5 0 R >>", True),
        (b"xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size 1 >>", False),
        (b"7 0 obj\n<< /Type /XRef /Encrypt 5 0 R >>\nstream\nxx", True),
        (b"7 0 obj\n<< /Type /XRef >>\nstream\n/Encrypt", False),
    ],
)
def test_a_pdf_that_may_ask_for_a_password_is_known_by_its_trailer(trailer: bytes, expected: bool) -> None:
    assert locked(trailer) is expected
