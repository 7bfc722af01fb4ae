"""Words, numbers and dates in the reader's language and zone.

A context variable comes first, so a mail is written in its recipient's language outside any request; inside a
request `shared.web.negotiation` answers. English is the source language: its sentences are the keys. No Flask here,
because rules and refusals speak too.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from markupsafe import Markup, escape

LANGUAGES = ("en", "fr", "es", "pt", "ar")
"""Those we speak, in the order in which they stand in for each other where a text is missing."""
SOURCE_LANGUAGE = "en"
LOCALES = Path(__file__).parent / "locales"


@dataclass(frozen=True)
class Reader:
    """In which language and zone somebody reads; None means not known."""

    language: str | None = None
    zone: str | None = None


NOBODY = Reader()
_chosen: ContextVar[Reader] = ContextVar("reader", default=NOBODY)


@contextmanager
def use_locale(language: str | None, zone: str | None = None) -> Iterator[None]:
    """Speak `language` (and tell times in `zone`, an IANA name) until the block ends, in a request or outside."""
    token = _chosen.set(Reader(supported(language) or SOURCE_LANGUAGE, zone))
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


_ask: Callable[[], Reader] = lambda: NOBODY  # noqa: E731 - replaced as soon as an app speaks


def ask_reader_of_request(ask: Callable[[], Reader]) -> None:
    """Let `ask` say who reads where no block (`use_locale`) does; it answers `NOBODY` outside requests."""
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


def text_direction(language: str | None = None) -> str:
    """`ltr` or `rtl`, for the `dir` attribute."""
    return babel_locale(language or current_locale()).text_direction


@cache
def catalogue(language: str) -> NullTranslations:
    """Return the language's sentences, compiled from its .po file at first use; untranslated ones stay English."""
    source = LOCALES / language / "LC_MESSAGES" / "messages.po"
    if language == SOURCE_LANGUAGE or not source.exists():
        return NullTranslations()
    compiled = io.BytesIO()
    with source.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return Translations(compiled)


class _Counted(int):
    """A count that prints itself as the language writes it."""

    def __str__(self) -> str:
        from shared.web.formats import format_number  # formats stands on this module

        return format_number(int(self))

    __format__ = int.__format__


def _fill(text: str, values: Mapping[str, object]) -> str:
    """Put values in; one value that is markup makes the sentence markup and escapes everything else."""
    if not values:
        return text
    if any(hasattr(value, "__html__") and not isinstance(value, LazyText) for value in values.values()):
        return Markup(escape(text)) % dict(values)  # noqa: S704 - escaped first, and `%` escapes what is filled in
    return text % dict(values)


def gettext(message: str, /, **values: object) -> str:
    """Say `message` in the reader's language, `%(name)s` filled from the keywords; imported as `_`."""
    return _fill(catalogue(current_locale()).gettext(message), values)


def ngettext(singular: str, plural: str, num: int, /, **values: object) -> str:
    """Say the form that belongs to `num`, which is itself `%(num)s`; imported as `_n`."""
    text = catalogue(current_locale()).ngettext(singular, plural, num)
    return _fill(text, {"num": _Counted(num), **values})


class LazyText:
    """A sentence that is translated when it is shown, for constants and class attributes."""

    __slots__ = ("message", "values")

    def __init__(self, message: str, values: Mapping[str, object]) -> None:
        self.message = message
        self.values = dict(values)

    def __str__(self) -> str:
        return gettext(self.message, **self.values)

    def __html__(self) -> str:
        return str(escape(str(self)))

    def __repr__(self) -> str:
        return f"LazyText({self.message!r})"

    def __eq__(self, other: object) -> bool:
        return str(self) == str(other) if isinstance(other, (LazyText, str)) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.message)


def lazy_gettext(message: str, /, **values: object) -> LazyText:
    """Keep `message` for later; imported as `_l`. `str()` says it in the language of that moment."""
    return LazyText(message, values)


_ = gettext
_n = ngettext
_l = lazy_gettext
