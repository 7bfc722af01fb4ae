"""One rule for every text that comes from outside: bounded before any work, storable, and without what nobody sees.

Each cleaner takes time in proportion to its input. Unicode normalisation alone does not: it sorts a run of combining
marks, and a run as long as the text costs its square. No language stacks more than a few (UAX 15, 13.3 stops at 30).
"""

from __future__ import annotations

import re
import sys
import unicodedata
from typing import Final

LONGEST_RUN: Final = 30
"""Combining marks that may follow one another (UAX 15, 13.3: the Stream-Safe Text Format)."""

_BLANK: Final = "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u180f\u2800\u3164\uffa0"
"""Marks and letters that are drawn as nothing, beside those of category Cf (Default_Ignorable_Code_Point, UAX 44)."""
_SELECTORS: Final = "".join(map(chr, [*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)]))
_MISLEADING: Final = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
"""Direction overrides and isolates, and the byte order mark: they only serve to mislead, wherever they stand."""
_FORMAT: Final = "\u00ad\u061c\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\u2064" + "".join(
    map(chr, range(0xE0001, 0xE0080))
)
_UNSEEN: Final = _BLANK + _SELECTORS + _FORMAT
_SPACES: Final = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())
_EDGES: Final = _SPACES + _UNSEEN
_CONTROLS: Final = {code: None for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\t\v\f\r\x85"}
_TABLE: Final[dict[int, str | None]] = {
    **_CONTROLS,
    **dict.fromkeys(map(ord, _MISLEADING)),
    **dict.fromkeys(map(ord, "\t\v\f\x85\u2028\u2029"), " "),
}
_ADDRESS_TABLE: Final = dict.fromkeys((*map(ord, _UNSEEN + _MISLEADING), *_CONTROLS))
_LONG_RUN: Final = re.compile(rf"[^\w\x00-\x7f]{{{LONGEST_RUN + 1}}}")
"""A run of marks is a run of what is neither letter nor digit: most texts are found harmless by one quick look."""


def clean_line(text: str, *, most: int = sys.maxsize) -> str:
    """Return ``text`` as one line: NFC, without control characters, runs of white space as one space.

    What cannot be seen is taken from the edges, and a text of nothing else is empty. Joiners and marks stay inside,
    where Arabic, Persian, Indic scripts and emoji are spelled with them. At most ``most`` characters are kept.
    """
    return _trimmed(" ".join(_kept(_room(text, most)).split()))[:most].rstrip(_EDGES)


def clean_text(text: str, *, most: int = sys.maxsize) -> str:
    """Return ``text`` with its line breaks, cleaned like :func:`clean_line` otherwise."""
    lines = _kept(_room(text, most).replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    return _trimmed("\n".join(line.rstrip(_SPACES) for line in lines))[:most].rstrip(_EDGES)


def clean_address(text: str) -> str:
    """Return an e-mail or web address without spaces around it and without anything unseen inside."""
    return text.translate(_ADDRESS_TABLE).strip()


def room_for(most: int) -> int:
    """Return how many characters may be cleaned for a field that keeps ``most``: some vanish, most do not.

    A text beyond that is too long whatever cleaning does, and is refused without any work.
    """
    return 2 * most + 200


def is_visible(text: str) -> bool:
    """Say whether anything of ``text`` can be seen."""
    return any(not character.isspace() and _is_seen(character) for character in text)


def _room(text: str, most: int) -> str:
    return text[: room_for(most)] if most < sys.maxsize else text


def _is_seen(character: str) -> bool:
    return character not in _UNSEEN and unicodedata.category(character) not in {"Cc", "Cf", "Mn", "Me", "Zs"}


def _trimmed(text: str) -> str:
    text = text.strip(_EDGES)
    return text if is_visible(text) else ""


def _kept(text: str) -> str:
    if text.isascii():
        return text.translate(_TABLE)
    # Lone surrogates cannot be stored.
    plain = text.encode("utf-8", "ignore").decode("utf-8").translate(_TABLE)
    return _short_runs(unicodedata.normalize("NFC", _short_runs(plain)))


def _short_runs(text: str) -> str:
    if _LONG_RUN.search(text) is None:
        return text
    kept: list[str] = []
    run = 0
    for character in text:
        run = run + 1 if unicodedata.combining(character) else 0
        if run <= LONGEST_RUN:
            kept.append(character)
    return "".join(kept)
