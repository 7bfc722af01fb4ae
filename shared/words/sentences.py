"""Says sentences in the reader's language. English is the source language: its sentences are the keys.

Each service brings the catalogue of its own sentences; what several say, or the shared rooms, stands in the shared one.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from markupsafe import Markup, escape

from shared.words.languages import SOURCE_LANGUAGE, current_locale
from shared.words.numbers import format_number

ROOT = Path(__file__).parents[2]
SHARED = ROOT / "shared" / "words"


def catalogue_paths(language: str) -> list[Path]:
    """Return the .po files of a language, the shared one first."""
    rooms = [SHARED, *sorted((ROOT / "services").iterdir())]
    return [path for room in rooms if (path := catalogue_path(room, language)).exists()]


def catalogue_path(room: Path, language: str) -> Path:
    """Return where the sentences of a room live in ``language``."""
    return room / "locales" / language / "LC_MESSAGES" / "messages.po"


@cache
def catalogue(language: str) -> NullTranslations:
    """Return the language's sentences, compiled from the .po files at first use; untranslated ones stay English."""
    if language == SOURCE_LANGUAGE:
        return NullTranslations()
    first, *others = map(_compiled, catalogue_paths(language))
    for other in others:
        first.merge(other)  # the first one's rule for plurals is every one's
    return first


def _compiled(path: Path) -> Translations:
    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file))
    compiled.seek(0)
    return Translations(compiled)


class _Counted(int):
    """A count that prints itself as the language writes it."""

    def __str__(self) -> str:
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
