"""Plain text in pages: by its form feeds, or where paragraphs end, so that it can be searched and read by the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

_LONG: Final = 3000
_MOST: Final = 20_000_000


def cut_text(source: Path) -> dict[str, Any]:
    """Return the text's pages: ``{"count", "pages": [{"number", "text"}], "outline": []}``."""
    with source.open("rb") as file:
        text = file.read(_MOST).decode("utf-8-sig", "ignore").replace("\r\n", "\n").replace("\x00", "")
    pages = [page for sheet in text.split("\f") for page in _cut(sheet) if page.strip()]
    made = [{"number": number, "text": page} for number, page in enumerate(pages, start=1)]
    return {"count": len(made), "pages": made, "outline": []}


def _cut(sheet: str) -> list[str]:
    pages, page = [], ""
    for paragraph in sheet.split("\n\n"):
        if page and len(page) + len(paragraph) > _LONG:
            pages.append(page)
            page = ""
        page += paragraph + "\n\n"
    return [*pages, page]
