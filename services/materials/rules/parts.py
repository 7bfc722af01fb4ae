"""A copy in parts, read and kept in one piece: its chapters, and what stands before, between and after them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

SHEETS: Final = 20
"""The most sheets of a part that is no chapter."""
_FRAME: Final = 8_000
"""Bytes of a page around what it shows, about."""


@dataclass(frozen=True)
class Part:
    """Sheets ``first`` to ``last`` of a copy, counted from 1. ``title`` is empty where no chapter names it."""

    number: int
    title: str
    chapter: int | None
    authors: tuple[str, ...]
    first: int
    last: int

    @property
    def sheets(self) -> range:
        """Its sheets."""
        return range(self.first, self.last + 1)


class Spanned(NamedTuple):
    """A chapter and the sheets it stands on."""

    number: int
    title: str
    authors: tuple[str, ...]
    first: int
    last: int


@dataclass(frozen=True)
class Weight:
    """Bytes of a part's text, and of the pictures of its pages."""

    text: int
    pictures: int
    sheets: int

    @property
    def as_text(self) -> int:
        """What keeping it as text takes, about."""
        return self.text + _FRAME

    @property
    def as_printed(self) -> int:
        """What keeping its printed pages as well takes, about."""
        return self.as_text + self.pictures + 2 * self.text + self.sheets * _FRAME


def parts_of(chapters: Iterable[Spanned], *, count: int) -> list[Part]:
    """Return the parts of a copy of ``count`` sheets; every sheet is in one, on which two chapters meet in both."""
    found: list[tuple[str, int | None, tuple[str, ...], int, int]] = []
    done = 0
    for chapter in sorted(chapters, key=lambda one: (one.first, one.last)):
        found += (("", None, (), *span) for span in _slices(done + 1, chapter.first - 1))
        found.append((chapter.title, chapter.number, chapter.authors, chapter.first, chapter.last))
        done = max(done, chapter.last)
    found += (("", None, (), *span) for span in _slices(done + 1, count))
    return [Part(number, *one) for number, one in enumerate(found, start=1)]


def part_with(parts: Iterable[Part], sheet: int) -> Part | None:
    """Return the part that holds a sheet, a chapter's before others."""
    return next((part for part in parts if part.first <= sheet <= part.last), None)


def _slices(first: int, last: int) -> Iterator[tuple[int, int]]:
    for begin in range(first, last + 1, SHEETS):
        yield begin, min(begin + SHEETS - 1, last)
