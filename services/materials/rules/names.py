"""File names that arrive whole on every device."""

from __future__ import annotations

import re
import unicodedata
from typing import Final
from urllib.parse import quote

from services.materials.rules.media import SUFFIXES

_ATTR: Final = "!#$&+-.^_`|~"
"""What RFC 8187 lets stand unescaped beside letters and digits."""
_LONGEST: Final = 120
_MOST_BYTES: Final = 180
"""Of a whole name in UTF-8: most file systems take 255, sync programs and their own endings need some of them."""


def slug_of(text: str) -> str:
    """Return ``text`` as lower-case ASCII words joined by hyphens; empty when nothing is left (Arabic, for one)."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST].strip("-")


def plain_filename(*, slug: str, version: str, language: str, format_: str, chapter: int | None) -> str:
    """Return the ASCII name of a rendition, such as ``sse-reader-2011-ar.pdf`` or ``…-ch03.pdf``."""
    parts = [slug, slug_of(version), language, "" if chapter is None else f"ch{chapter:02d}"]
    return "-".join(part for part in parts if part) + SUFFIXES[format_]


def full_filename(*, title: str, language: str, format_: str, chapter: int | None) -> str:
    """Return a rendition's name as people write it: the title in its own script, made safe for file systems."""
    clean = re.sub(r'[\x00-\x1f\x7f<>:"/\\|?*\u200e\u200f\u202a-\u202e\u2066-\u2069]+', " ", title)
    clean = re.sub(r"\s+", " ", unicodedata.normalize("NFC", clean)).strip(" .")
    number, end = "" if chapter is None else f"{chapter:02d} ", f"({language}){SUFFIXES[format_]}"
    space = _MOST_BYTES - len(number) - len(end) - 1
    cut = clean.encode("utf-8", "ignore")[:space].decode("utf-8", "ignore").strip(" .")
    return f"{number}{cut} {end}" if cut else f"{number}{end}"


def content_disposition(*, filename: str, full_name: str) -> str:
    """Return the header that saves a file under both names (RFC 6266, 4.3; RFC 8187).

    ``filename`` is ASCII without quotes; devices that do not read ``filename*`` still get a good name from it.
    """
    return f"attachment; filename=\"{filename}\"; filename*=UTF-8''{quote(full_name, safe=_ATTR)}"
