"""Wishes in their order, scales, and several questions with one set of answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Final, Literal, Self

from pydantic import Field, model_validator

from services.registration.rules.forms.fields.base import (
    NOT_THERE,
    UNREADABLE,
    Label,
    Problem,
    Question,
    Reading,
    Submitted,
)
from services.registration.rules.forms.fields.choices import Option, keys_of, tell_apart
from shared.words.numbers import western_digits

_MOST: Final = 30
Options = Annotated[tuple[Option, ...], Field(max_length=_MOST)]


class Ranking(Question):
    """Wishes in their order: each option has a place or none, no two the same."""

    type: Literal["ranking"] = "ranking"
    options: Options = ()
    least: Annotated[int, Field(ge=0, le=_MOST)] = 0
    most: Annotated[int, Field(ge=1, le=_MOST)] | None = None

    @model_validator(mode="after")
    def _tells_options_apart(self) -> Self:
        tell_apart(keys_of(self.options))
        return self

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the options, in the order in which they stand."""
        return keys_of(self.options)

    def collect(self, submitted: Submitted) -> object:
        """Return the place of each option that has one, as ``key.option``."""
        found = {key: submitted.get(f"{self.key}.{key}") for key in self.keys}
        return {key: place for key, place in found.items() if place} or None

    def read(self, raw: object, reading: Reading) -> object:
        """Return the keys of the options wished for, the dearest first; places or a list may come in."""
        wished = _by_place(raw) if isinstance(raw, dict) else raw
        if wished is None or wished == []:
            return None
        if isinstance(wished, Problem):
            return wished
        if not isinstance(wished, list) or not all(isinstance(one, str) for one in wished):
            return UNREADABLE
        if set(wished) - set(self.keys):
            return NOT_THERE
        if len(set(wished)) < len(wished):
            return Problem("place_twice")
        if len(wished) < self.least:
            return Problem("too_few", {"least": self.least})
        if self.most is not None and len(wished) > self.most:
            return Problem("too_many", {"most": self.most})
        return wished

    def typed(self, value: Any) -> dict[str, Any]:
        """Return the place of each option."""
        return {f"{self.key}.{key}": str(value.index(key) + 1) if key in value else "" for key in self.keys}

    def tokens(self, value: Any) -> frozenset[str]:
        """Return every option wished for."""
        return frozenset(value)

    def choices(self) -> Sequence[str]:
        """Return the options."""
        return self.keys

    def schema_in(self, languages: Sequence[str]) -> dict[str, Any]:
        """Return a list without repeats."""
        most = {"maxItems": self.most} if self.most is not None else {}
        return {
            "type": "array",
            "items": {"enum": list(self.keys)},
            "uniqueItems": True,
            "minItems": max(1, self.least),
            **most,
        }


class Scale(Question):
    """A whole number on a scale whose ends have names."""

    countable: ClassVar[bool] = True
    type: Literal["scale"] = "scale"
    least: Annotated[int, Field(ge=0, le=1)] = 1
    most: Annotated[int, Field(ge=2, le=10)] = 5
    least_label: Label = {}
    most_label: Label = {}

    def read(self, raw: object, reading: Reading) -> object:
        """Return the number."""
        if raw is None or raw == "":
            return None
        if isinstance(raw, str) and raw.isdecimal() and len(raw) < _MOST:
            raw = int(western_digits(raw))
        if isinstance(raw, bool) or not isinstance(raw, int):
            return UNREADABLE
        return raw if self.least <= raw <= self.most else NOT_THERE

    def holding(self, choice: str) -> Any:
        """Return the number."""
        return int(choice)

    def choices(self) -> Sequence[str]:
        """Return the numbers."""
        return [str(number) for number in range(self.least, self.most + 1)]

    def schema_in(self, languages: Sequence[str]) -> dict[str, Any]:
        """Return the ends."""
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


class Matrix(Question):
    """The same few answers to each of several rows."""

    type: Literal["matrix"] = "matrix"
    rows: Options = ()
    columns: Options = ()

    @model_validator(mode="after")
    def _tells_options_apart(self) -> Self:
        tell_apart(keys_of(self.rows))
        tell_apart(keys_of(self.columns))
        return self

    def collect(self, submitted: Submitted) -> object:
        """Return the answer to each row, as ``key.row``."""
        found = {row.key: submitted.get(f"{self.key}.{row.key}") for row in self.rows}
        return {key: answer for key, answer in found.items() if answer} or None

    def read(self, raw: object, reading: Reading) -> object:
        """Return ``{row: column}``; a question that must be answered is answered in every row."""
        if raw is None:
            return None
        if not isinstance(raw, dict):
            return UNREADABLE
        rows, columns = [row.key for row in self.rows], {column.key for column in self.columns}
        if set(raw) - set(rows) or any(not isinstance(one, str) or one not in columns for one in raw.values()):
            return NOT_THERE
        if self.required and len(raw) < len(rows):
            return Problem("rows_missing")
        return {row: raw[row] for row in rows if row in raw} or None

    def typed(self, value: Any) -> dict[str, Any]:
        """Return the answer to each row."""
        return {f"{self.key}.{row.key}": value.get(row.key, "") for row in self.rows}

    def tokens(self, value: Any) -> frozenset[str]:
        """Return each row with its answer: ``food.good``."""
        return frozenset(f"{row}.{column}" for row, column in value.items())

    def choices(self) -> Sequence[str]:
        """Return each row with each answer."""
        return [f"{row.key}.{column.key}" for row in self.rows for column in self.columns]

    def schema_in(self, languages: Sequence[str]) -> dict[str, Any]:
        """Return the answers by row."""
        columns = {"enum": [column.key for column in self.columns]}
        rows = {row.key: columns for row in self.rows}
        return {"type": "object", "properties": rows, "additionalProperties": False, "minProperties": 1}


def _by_place(places: dict[Any, Any]) -> list[str] | Problem:
    found: dict[int, str] = {}
    for key, place in places.items():
        plain = western_digits(place.strip()) if isinstance(place, str) else ""
        if not (plain.isascii() and plain.isdigit() and 0 < len(plain) < 4):  # noqa: PLR2004 - a place of three digits
            return UNREADABLE
        if int(plain) in found:
            return Problem("place_twice")
        found[int(plain)] = str(key)
    return [found[place] for place in sorted(found)]
