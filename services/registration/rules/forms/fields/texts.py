"""Words in one line or in many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from services.registration.rules.forms.fields.base import Problem, Question, Reading, line, text


class ShortText(Question):
    """One line."""

    meanings: ClassVar[frozenset[str]] = frozenset({"name", "called", "organisation"})
    type: Literal["short_text"] = "short_text"
    least: Annotated[int, Field(ge=0, le=500)] = 0
    most: Annotated[int, Field(ge=1, le=500)] = 200

    def read(self, raw: object, reading: Reading) -> object:
        """Return the line."""
        return _long_enough(line(raw, most=self.most), self.least)

    def schema_in(self, languages: Sequence[str]) -> dict[str, Any]:
        """Return the bounds."""
        return {"type": "string", "minLength": max(1, self.least), "maxLength": self.most}


class LongText(Question):
    """Several lines, which are kept."""

    type: Literal["long_text"] = "long_text"
    least: Annotated[int, Field(ge=0, le=10_000)] = 0
    most: Annotated[int, Field(ge=1, le=20_000)] = 4000
    rows: Annotated[int, Field(ge=2, le=30)] = 5

    def read(self, raw: object, reading: Reading) -> object:
        """Return the text."""
        return _long_enough(text(raw, most=self.most), self.least)

    def schema_in(self, languages: Sequence[str]) -> dict[str, Any]:
        """Return the bounds."""
        return {"type": "string", "minLength": max(1, self.least), "maxLength": self.most}


def _long_enough(value: str | Problem | None, least: int) -> str | Problem | None:
    if isinstance(value, str) and len(value) < least:
        return Problem("too_short", {"least": least})
    return value
