"""In whose language and zone we speak.

A context variable comes first, so a mail is written in its recipient's language outside any request; inside a
request `shared.web.door.negotiation` answers. No Flask here, because rules and refusals
speak too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale

LANGUAGES = ("en", "fr", "es", "pt", "ar")
"""Those we speak, in the order in which they stand in for each other where a text is missing."""
SOURCE_LANGUAGE = "en"


@dataclass(frozen=True)
class Preference:
    """In which language and zone somebody reads; None means not known."""

    language: str | None = None
    zone: str | None = None


UNKNOWN = Preference()
_chosen: ContextVar[Preference] = ContextVar("reader", default=UNKNOWN)


@contextmanager
def use_locale(language: str | None, zone: str | None = None) -> Iterator[None]:
    """Speak `language` (and tell times in `zone`, an IANA name) until the block ends, in a request or outside."""
    token = _chosen.set(Preference(supported(language) or SOURCE_LANGUAGE, zone))
    try:
        yield
    finally:
        _chosen.reset(token)


def supported(tag: str | None) -> str | None:
    """Return the language we speak for a BCP 47 tag (`fr-CA` gives `fr`), or None."""
    primary = (tag or "").replace("_", "-").split("-")[0].lower()
    return primary if primary in LANGUAGES else None


def best_language(available: Iterable[str], *, wanted: str) -> str | None:
    """Return `wanted` if it is there, else the first of `LANGUAGES` that is, else any; None when there is nothing."""
    there = sorted(available)
    return next((code for code in (wanted, *LANGUAGES, *there) if code in there), None)


def text_in(texts: Mapping[str, Any], language: str) -> str:
    """Return the text in `language`, or in the language that stands in for it; empty when there is none."""
    filled = {code: str(text) for code, text in texts.items() if text and str(text).strip()}
    best = best_language(filled, wanted=language)
    return "" if best is None else filled[best]


_ask: Callable[[], Preference] = lambda: UNKNOWN  # noqa: E731 - replaced as soon as an app speaks


def ask_reader_of_request(ask: Callable[[], Preference]) -> None:
    """Let `ask` say who reads where no block (`use_locale`) does; it answers `UNKNOWN` outside requests."""
    global _ask  # noqa: PLW0603 - one process speaks to one kind of request
    _ask = ask


def current_locale() -> str:
    """One of `LANGUAGES`: the block's (`use_locale`), else the request's, else English."""
    return _chosen.get().language or _ask().language or SOURCE_LANGUAGE


def current_zone() -> ZoneInfo | None:
    """Return the reader's zone, or None when nobody told us."""
    name = _chosen.get().zone or (None if _chosen.get().language else _ask().zone)
    return zone_of(name) if name else None


@cache
def zone_of(name: str) -> ZoneInfo:
    """Return the zone of an IANA name; UTC for a name that this machine does not know."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


@cache
def babel_locale(language: str) -> Locale:
    """Return Babel's rules for one of our languages."""
    return Locale.parse(language)


def reader_rules() -> Locale:
    """Return Babel's rules for the reader's language; a name of it would be parsed at every use."""
    return babel_locale(current_locale())


def text_direction(language: str | None = None) -> str:
    """`ltr` or `rtl`, for the `dir` attribute."""
    return babel_locale(language or current_locale()).text_direction
