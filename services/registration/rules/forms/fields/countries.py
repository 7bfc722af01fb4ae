"""Where somebody is from or lives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Final, Literal

from services.registration.rules.forms.fields.base import UNREADABLE, Problem, Question, Reading, Submitted, line
from shared.words.cleaning import clean_line
from shared.words.formats import COUNTRIES

PARTS: Final = {"street": 300, "postcode": 20, "town": 100, "region": 100, "country": 2}
"""Parts of a postal address, with how long each may be. Names of places differ by country, so all but two are free."""
NEEDED: Final = ("town", "country")
_CODE: Final = 10


def country_code(raw: object) -> str | Problem | None:
    """Return the ISO 3166-1 code, or what is wrong."""
    if raw is None:
        return None
    if not isinstance(raw, str):
        return UNREADABLE
    code = clean_line(raw, most=_CODE).upper()
    return (code if code in COUNTRIES else Problem("country_unknown")) if code else None


class Country(Question):
    """A country, chosen by its name in CLDR and kept by its ISO 3166-1 code."""

    meanings: ClassVar[frozenset[str]] = frozenset({"country"})
    countable: ClassVar[bool] = True
    type: Literal["country"] = "country"

    def read(self, raw: object, reading: Reading) -> object:
        """Return the code."""
        return country_code(raw)

    def choices(self) -> Sequence[str]:
        """Return every country."""
        return sorted(COUNTRIES)

    def schema_in(self, languages: Sequence[str]) -> dict[str, Any]:
        """Return the shape of a code."""
        return {"type": "string", "pattern": "^[A-Za-z]{2}$"}


class Address(Question):
    """A postal address in parts."""

    type: Literal["address"] = "address"

    def collect(self, submitted: Submitted) -> object:
        """Return the parts that were sent, as ``key.part``."""
        found = {part: submitted.get(f"{self.key}.{part}") for part in PARTS}
        return {part: sent for part, sent in found.items() if sent} or None

    def read(self, raw: object, reading: Reading) -> object:
        """Return the parts that were filled in."""
        if raw is None:
            return None
        if not isinstance(raw, dict) or set(raw) - set(PARTS):
            return UNREADABLE
        found: dict[str, str] = {}
        for part, most in PARTS.items():
            value = country_code(raw.get(part)) if part == "country" else line(raw.get(part), most=most)
            if isinstance(value, Problem):
                return value
            if value:
                found[part] = value
        if not found:
            return None
        return Problem("address_incomplete") if any(part not in found for part in NEEDED) else found

    def typed(self, value: Any) -> dict[str, Any]:
        """Return each part under its name."""
        return {f"{self.key}.{part}": value.get(part, "") for part in PARTS}

    def tokens(self, value: Any) -> frozenset[str]:
        """Return the country."""
        return frozenset({value["country"]})

    def schema_in(self, languages: Sequence[str]) -> dict[str, Any]:
        """Return the parts."""
        parts = {part: {"type": "string", "maxLength": most} for part, most in PARTS.items()}
        return {"type": "object", "properties": parts, "required": list(NEEDED), "additionalProperties": False}
