"""The pages of a PDF: what is written on each and where, a picture to read it by and a small one to find it by."""

from __future__ import annotations

import re
import time
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pypdfium2

if TYPE_CHECKING:
    from PIL.Image import Image

WIDTH: Final = 900
"""Pixels of a picture to read by: sharp on a phone, some 30 kB, four seconds at 64 kbit/s."""
TALLEST: Final = 2400
SMALL: Final = 160
MOST_PAGES: Final = 3000
MOST_LINES: Final = 400
_TURNED: Final = str.maketrans("()[]«»", ")(][»«")
_MOST_TEXT: Final = 60_000
_PARTED: Final = re.compile(r"(?<=[^\W\d_])-[ \t]*\n(?=[a-zà-öø-ÿœ])")
"""A word parted at the end of a line: whoever looks for it types it whole."""


def take_apart(source: Path, folder: Path, seconds: float, *, first: int) -> dict[str, Any]:
    """Return the pages from ``first`` on, as many as ``seconds`` allow, at least one; pictures lie in ``folder``.

    ``{"count", "outline", "pages": [{"number", "label", "text", "lines", "width", "height", "image", "small"}]}``.
    Widths in pixels of the picture; a line is ``[left, top, width, height, text]`` in thousandths of the page.
    """
    end = time.monotonic() + seconds
    with pypdfium2.PdfDocument(source) as opened:
        count = min(len(opened), MOST_PAGES)
        if not count:
            return {"trouble": "broken"}
        taken: list[dict[str, Any]] = []
        for number in range(first, count + 1):
            taken.append(_page(opened, number, folder))
            if time.monotonic() > end:
                break
        outline = _outline(opened) if first == 1 else []
        return {"count": count, "pages": taken, "outline": outline}


def _page(opened: pypdfium2.PdfDocument, number: int, folder: Path) -> dict[str, Any]:
    page = opened[number - 1]
    width, height = page.get_size()
    scale = min(WIDTH / max(width, 1), TALLEST / max(height, 1))
    picture = page.render(scale=scale).to_pil().convert("RGB")
    image, small = folder / f"{number}.webp", folder / f"{number}-small.webp"
    _save(picture, image, quality=55)
    wide, tall = picture.size
    picture.thumbnail((SMALL, SMALL * 2))
    _save(picture, small, quality=45)
    text, lines = _text(page)
    return {
        "number": number,
        "label": _plain(opened.get_page_label(number - 1))[:40],
        "text": text,
        "lines": lines,
        "width": wide,
        "height": tall,
        "image": image.name,
        "small": small.name,
    }


def _save(picture: Image, path: Path, *, quality: int) -> None:
    picture.save(path, "WEBP", quality=quality, method=4)


def _text(page: pypdfium2.PdfPage) -> tuple[str, list[list[Any]]]:
    written = page.get_textpage()
    text = _plain(written.get_text_range()[:_MOST_TEXT])
    is_turned = _is_turned(text)
    if is_turned:
        text = text.translate(_TURNED)
    left_edge, bottom_edge, right_edge, top_edge = page.get_bbox()
    across, down = max(right_edge - left_edge, 1), max(top_edge - bottom_edge, 1)
    if page.get_rotation() % 180:  # the boxes lie on their side: the text is read, not laid under
        return text, []
    lines = []
    for number in range(min(written.count_rects(), MOST_LINES)):
        left, bottom, right, top = written.get_rect(number)
        said = _plain(written.get_text_bounded(left, bottom, right, top)).replace("\n", " ").strip()
        if said:
            box = ((left - left_edge) / across, (top_edge - top) / down, (right - left) / across, (top - bottom) / down)
            if is_turned:
                said = said.translate(_TURNED)
            lines.append([*(round(min(max(side, 0), 1) * 1000) for side in box), said])
    return text, lines


def _is_turned(text: str) -> bool:
    """Say whether brackets of a text from right to left stand as they look: closed before they are opened."""
    letters = [sign for sign in text if sign.isalpha()]
    if sum("\u0590" <= sign <= "\u08ff" for sign in letters) * 2 < len(letters) or not letters:
        return False
    return _closed_too_early(text) > _closed_too_early(text.translate(_TURNED))


def _closed_too_early(text: str) -> int:
    found = 0
    for pair in ("()", "[]", "«»"):
        depth = 0
        for sign in text:
            depth += (sign == pair[0]) - (sign == pair[1])
            if depth < 0:
                found, depth = found + 1, 0
    return found


def _plain(text: str) -> str:
    """Return text as it is typed: composed, letters instead of their printed forms, lines that end in one way."""
    whole = unicodedata.normalize("NFKC", text).replace("\r\n", "\n").replace("\r", "\n").replace("\u00ad", "")
    whole = whole.replace("\ufffe", "-\n").replace("\u0002", "-\n")  # how PDFium marks a hyphen at a line's end
    clean = "".join(sign for sign in whole if sign in "\n\t" or unicodedata.category(sign) not in {"Cc", "Cs", "Cn"})
    return _PARTED.sub("", clean)


def _outline(opened: pypdfium2.PdfDocument) -> list[list[Any]]:
    found = []
    for mark in opened.get_toc(max_depth=2):
        destination = mark.get_dest()
        index = destination.get_index() if destination else None
        title = _plain(mark.get_title()).strip()
        if index is not None and title and mark.level == 0:
            found.append([title[:300], index + 1])
    return found[:200]
