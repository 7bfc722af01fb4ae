"""Which language stands in for a missing one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

FALLBACK: Final = ("en", "fr", "es", "pt", "ar")
"""The order in which languages stand in for each other, after the reader's own."""


def best_language(available: Iterable[str], *, wanted: str) -> str | None:
    """Return ``wanted`` if it is there, else the first of the fallback order, else any; None when there is nothing."""
    there = list(available)
    return next((code for code in (wanted, *FALLBACK, *there) if code in there), None)


def text_in(texts: Mapping[str, Any], language: str) -> str:
    """Return the text in ``language``, or in the language that stands in for it; empty when there is none."""
    filled = {code: text for code, text in texts.items() if text}
    best = best_language(filled, wanted=language)
    return "" if best is None else str(filled[best])
