"""What the machine makes of an upload, in which order, and what may stand in its way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias

from services.materials.rules.library import ChapterShown
from shared.facts.materials import MakingWanted
from shared.machines import machine

Trouble: TypeAlias = Literal["locked", "broken", "heavy", "empty"]
"""Why a file could not be taken apart: a password, damage, a bound reached, or nothing in it."""

MAKING: Final = machine(
    "materials.making",
    begins="waiting",
    moves={"waiting": "making failed", "making": "made failed", "made": "waiting", "failed": "waiting"},
    tells={(None, "waiting"): MakingWanted, ("failed", "waiting"): MakingWanted, ("made", "waiting"): MakingWanted},
)
"""A rendition's pages, light version and chapters, from the upload on."""

LEAST_TEXT: Final = 40
"""Letters on a page, on average, below which it is a picture of text."""


def has_text(letters: int, *, pages: int) -> bool:
    """Say whether a work can be offered as plain text, or is scanned."""
    return pages > 0 and letters / pages >= LEAST_TEXT


def is_worth_it(light: int, *, original: int) -> bool:
    """Say whether a light version of ``light`` bytes is offered: at least a tenth smaller than the original."""
    return light <= original * 0.9


def span_on_sheets(printed: Sequence[int], *, labels: Mapping[str, int], count: int) -> tuple[int, int] | None:
    """Return which sheets, from 1, hold the printed pages ``[first, last]``; None when the file has no such pages.

    ``labels``: ``{printed number: sheet}`` where the file says how its pages are numbered.
    """
    first, last = (labels.get(str(page), page) for page in printed)
    return (first, last) if 1 <= first <= last <= count else None


def labels_of(rows: Sequence[tuple[int, str]]) -> dict[str, int]:
    """Return ``{printed number: sheet}`` of ``(sheet, label)``; the first of a label that comes twice."""
    found: dict[str, Any] = {}
    for sheet, label in rows:
        if label:
            found.setdefault(label, sheet)
    return found


def chapter_spans(
    chapters: Iterable[ChapterShown], *, language: str, rows: Sequence[tuple[int, str]]
) -> dict[int, tuple[int, int]]:
    """Return the sheets each chapter stands on, ``{number: (first, last)}``; ``rows``: ``(sheet, label)``."""
    labels = labels_of(rows)
    spans = {
        chapter.number: span_on_sheets(chapter.pages[language], labels=labels, count=len(rows))
        for chapter in chapters
        if language in chapter.pages
    }
    return {number: span for number, span in spans.items() if span}
