"""Languages: the one somebody works in, and how well each is spoken."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Field

from services.registration.rules.forms.fields.base import NOT_THERE, UNREADABLE, Problem, Question, Reading, Submitted
from shared.words.cleaning import clean_line

LEVELS: Final = ("A1", "A2", "B1", "B2", "C1", "C2", "native")
"""Common European Framework of Reference (Council of Europe, 2020), and the language one grew up with."""
_CODE: Final = 10


class EventLanguage(Question):
    """The language somebody wants to work in: one of the edition's."""

    meanings: ClassVar[frozenset[str]] = frozenset({"language"})
    countable: ClassVar[bool] = True
    type: Literal["event_language"] = "event_language"

    def read(self, raw: object, reading: Reading) -> object:
        """Return the language's code."""
        if raw is None:
            return None
        if not isinstance(raw, str):
            return UNREADABLE
        code = clean_line(raw, most=_CODE)
        return (code if code in reading.languages else Problem("language_unknown")) if code else None

    def schema_in(self, languages: Sequence[str]) -> dict[str, Any]:
        """Return the languages of the edition."""
        return {"enum": list(languages)}


class LanguageLevels(Question):
    """How well somebody speaks each of ``languages``, by level of the CEFR."""

    type: Literal["language_levels"] = "language_levels"
    languages: Annotated[
        tuple[Annotated[str, Field(pattern="^[a-z]{2,3}$")], ...], Field(min_length=1, max_length=40)
    ] = ("en", "fr", "es", "pt", "ar")

    def collect(self, submitted: Submitted) -> object:
        """Return the levels that were chosen, as ``key.language``."""
        found = {code: submitted.get(f"{self.key}.{code}") for code in self.languages}
        return {code: level for code, level in found.items() if level} or None

    def read(self, raw: object, reading: Reading) -> object:
        """Return ``{language: level}`` for those that are spoken."""
        if raw is None:
            return None
        if not isinstance(raw, dict):
            return UNREADABLE
        if set(raw) - set(self.languages) or any(level not in LEVELS for level in raw.values()):
            return NOT_THERE
        return {code: raw[code] for code in self.languages if code in raw} or None

    def typed(self, value: Any) -> dict[str, Any]:
        """Return each level under its language."""
        return {f"{self.key}.{code}": value.get(code, "") for code in self.languages}

    def tokens(self, value: Any) -> frozenset[str]:
        """Return each language, and each with its level: ``fr``, ``fr.B2``."""
        return frozenset(value) | frozenset(f"{code}.{level}" for code, level in value.items())

    def choices(self) -> Sequence[str]:
        """Return languages, and each with its levels."""
        return [*self.languages, *(f"{code}.{level}" for code in self.languages for level in LEVELS)]

    def schema_in(self, languages: Sequence[str]) -> dict[str, Any]:
        """Return the levels by language."""
        levels = {code: {"enum": list(LEVELS)} for code in self.languages}
        return {"type": "object", "properties": levels, "additionalProperties": False, "minProperties": 1}
