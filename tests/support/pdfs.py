"""PDFs of every kind, made here: typeset, with heavy pictures, locked, cut off, and one that would eat a machine."""

from __future__ import annotations

import io
import random
from functools import cache
from typing import TYPE_CHECKING

import pikepdf
from PIL import Image

from services.materials.demo.reader import Press

if TYPE_CHECKING:
    from collections.abc import Callable


@cache
def typeset(language: str) -> bytes:
    """The demo's Reader: text in one of five languages, with an outline and page numbers."""
    return Press().whole(language).pdf


def picture_pdf(*, side: int = 1800, pages: int = 1) -> bytes:
    """Pages that are pictures, as a scanner makes them: much to make lighter, no text."""
    noise = random.Random(7).randbytes(64 * 64)
    picture = Image.frombytes("L", (64, 64), noise).resize((side, side), Image.Resampling.BICUBIC).convert("RGB")
    made = io.BytesIO()
    picture.save(made, "PDF", save_all=True, append_images=[picture] * (pages - 1), quality=95)
    return made.getvalue()


def locked(content: bytes, *, password: str = "", owner: str = "the owner's") -> bytes:
    """The same, encrypted: with an empty password whoever opens it may read and not copy."""
    return _saved(content, lambda pdf, made: pdf.save(made, encryption=pikepdf.Encryption(user=password, owner=owner)))


def bomb() -> bytes:
    """A few kilobytes that ask for minutes: a page drawn of millions of lines."""
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(600, 800))
        pdf.pages[0].obj.Contents = pdf.make_stream(b"0 0 m 600 800 l 0 800 l 600 0 l S\n" * 3_000_000)
        made = io.BytesIO()
        pdf.save(made, compress_streams=True)
    return made.getvalue()


def _saved(content: bytes, save: Callable[[pikepdf.Pdf, io.BytesIO], None]) -> bytes:
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        save(pdf, made)
    return made.getvalue()
