"""Numbers with a unit, and days."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, model_validator

from services.registration.rules.forms.fields.base import Label, Problem, Question, Reading
from shared.words.numbers import western_digits
from shared.words.wall_clock import Unreadable, read_day

_NUMBER: Final = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,15})?", re.ASCII)
_SEPARATORS: Final = str.maketrans({"\u066b": ".", "\u066c": None, "\u00a0": None, "\u202f": None, " ": None})
"""Arabic signs for decimals and thousands (UAX 44), and the spaces that group digits."""
_LONGEST: Final = 40
_DIGITS: Final = 15
"""What a JSON number holds exactly in every language (RFC 8259, 6)."""
Bound = Annotated[Decimal, Field(ge=-(10**12), le=10**12)]


class Number(Question):
    """A number, written in any script, with a comma or a point before its decimals."""

    type: Literal["number"] = "number"
    unit: Label = {}
    decimals: Annotated[int, Field(ge=0, le=6)] = 0
    least: Bound | None = None
    most: Bound | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.least is not None and self.most is not None and self.least > self.most:
            message = "the least is more than the most"
            raise ValueError(message)
        return self

    def read(self, raw: object, reading: Reading) -> object:
        """Return the number: an int, or a float where it has decimals."""
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            return None
        number = _decimal(raw)
        if number is None:
            return Problem("no_number")
        if self.decimals == 0 and number != number.to_integral_value():
            return Problem("no_whole_number")
        if number != round(number, self.decimals):
            return Problem("too_many_decimals", {"decimals": self.decimals})
        if self.least is not None and number < self.least:
            return Problem("too_little", {"least": _plain(self.least)})
        if self.most is not None and number > self.most:
            return Problem("too_much", {"most": _plain(self.most)})
        return _plain(number)

    def schema_in(self, languages: Sequence[str]) -> dict[str, Any]:
        """Return the bounds."""
        bounds = {"minimum": self.least, "maximum": self.most}
        known = {name: _plain(bound) for name, bound in bounds.items() if bound is not None}
        return {"type": "number" if self.decimals else "integer", **known}


class Day(Question):
    """A day without a time."""

    type: Literal["date"] = "date"
    least: date | None = None
    most: date | None = None

    def read(self, raw: object, reading: Reading) -> object:
        """Return the day as ISO 8601 writes it."""
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            return None
        if not isinstance(raw, str) or len(raw) > _LONGEST:
            return Problem("no_day")
        try:
            day = read_day(raw)
        except Unreadable:
            return Problem("no_day")
        if self.least is not None and day < self.least:
            return Problem("too_early", {"least": self.least.isoformat()})
        if self.most is not None and day > self.most:
            return Problem("too_late", {"most": self.most.isoformat()})
        return day.isoformat()

    def schema_in(self, languages: Sequence[str]) -> dict[str, Any]:
        """Return the format."""
        return {"type": "string", "format": "date"}


def _decimal(raw: object) -> Decimal | None:
    if isinstance(raw, bool) or not isinstance(raw, (int, float, str)):
        return None
    if isinstance(raw, str) and len(raw) > _LONGEST:
        return None
    if isinstance(raw, int) and abs(raw) >= 10**_DIGITS:
        return None
    plain = western_digits(str(raw).strip()).translate(_SEPARATORS).replace("\u2212", "-")
    if plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    if not _NUMBER.fullmatch(plain) or len(plain.strip("+-").replace(".", "")) > _DIGITS:
        return None
    return Decimal(plain)


def _plain(number: Decimal) -> int | float:
    return int(number) if number == number.to_integral_value() else float(number)
