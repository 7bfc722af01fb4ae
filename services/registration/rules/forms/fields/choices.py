"""One of several, several of many, yes or no. An option may have places: the deed that takes one counts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Annotated, Any, ClassVar, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.registration.rules.forms.conditions import Key
from services.registration.rules.forms.fields.base import (
    NOT_THERE,
    UNREADABLE,
    Label,
    Problem,
    Question,
    Reading,
    Submitted,
    line,
)

OTHER: Final = "other"
LONGEST_OTHER: Final = 200
MOST_OPTIONS: Final = 300
YES: Final = frozenset({"true", "1", "yes", "on"})
NO: Final = frozenset({"false", "0", "no", "off"})


class Option(BaseModel):
    """One answer to choose. ``places`` is how many people may have it, None for everybody."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: Key
    label: Label = {}
    places: Annotated[int, Field(ge=0, le=100_000)] | None = None


def keys_of(options: Sequence[Option]) -> tuple[str, ...]:
    """Return the keys of ``options``, in the order in which they stand."""
    return tuple(option.key for option in options)


def tell_apart(keys: Sequence[str]) -> None:
    """Refuse with ``ValueError`` two options of the same key."""
    if len(set(keys)) < len(keys):
        message = "two options have the same key"
        raise ValueError(message)


class _WithOptions(Question):
    """A question with options of its own."""

    countable: ClassVar[bool] = True
    options: Annotated[tuple[Option, ...], Field(max_length=MOST_OPTIONS)] = ()
    other: bool = False
    """Whether an answer of one's own may be written."""

    @model_validator(mode="after")
    def _tells_options_apart(self) -> Self:
        tell_apart((*self.keys, OTHER) if self.other else self.keys)
        return self

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the options, in the order in which they stand."""
        return keys_of(self.options)

    def choices(self) -> Sequence[str]:
        """Return the options, and the one that is written."""
        return [*self.keys, *([OTHER] if self.other else [])]

    def holding(self, choice: str) -> Any:
        """Return the key; an answer of one's own is an object."""
        return {} if choice == OTHER else choice

    def scarce(self) -> dict[str, int]:
        """Return the places of each option that has few: ``{option: places}``."""
        return {option.key: option.places for option in self.options if option.places is not None}

    def _own(self, written: object) -> dict[str, str] | Problem | None:
        own = line(written, most=LONGEST_OTHER)
        return {OTHER: own} if isinstance(own, str) else own


class Choice(_WithOptions):
    """One of several."""

    type: Literal["choice"] = "choice"
    shown: Literal["radios", "list"] = "radios"

    def collect(self, submitted: Submitted) -> object:
        """Return the choice, with what was written for one's own."""
        chosen = submitted.get(self.key)
        if self.other and chosen == OTHER:
            return {OTHER: submitted.get(f"{self.key}.{OTHER}") or ""}
        return chosen

    def read(self, raw: object, reading: Reading) -> object:
        """Return the key of the option, or ``{"other": words}``."""
        if raw is None or raw == "":
            return None
        if isinstance(raw, dict):
            if not self.other or set(raw) != {OTHER}:
                return NOT_THERE
            return self._own(raw[OTHER]) or Problem("other_missing")
        if not isinstance(raw, str):
            return UNREADABLE
        return raw if raw in self.keys else NOT_THERE

    def typed(self, value: Any) -> dict[str, Any]:
        """Return the option, and the words of one's own."""
        if isinstance(value, dict):
            return {self.key: OTHER, f"{self.key}.{OTHER}": value[OTHER]}
        return {self.key: value}

    def tokens(self, value: Any) -> frozenset[str]:
        """Return the option."""
        return frozenset({OTHER if isinstance(value, dict) else value})

    def schema_in(self, languages: Sequence[str]) -> dict[str, Any]:
        """Return the options."""
        keys = {"enum": list(self.keys)}
        return {"anyOf": [keys, _OWN]} if self.other else keys


class Choices(_WithOptions):
    """Several of many, in no order."""

    type: Literal["choices"] = "choices"
    least: Annotated[int, Field(ge=0, le=MOST_OPTIONS)] = 0
    most: Annotated[int, Field(ge=1, le=MOST_OPTIONS)] | None = None

    def collect(self, submitted: Submitted) -> object:
        """Return every choice, with what was written for one's own."""
        chosen: list[Any] = [one for one in submitted.getlist(self.key) if one]
        if self.other and OTHER in chosen:
            chosen[chosen.index(OTHER)] = {OTHER: submitted.get(f"{self.key}.{OTHER}") or ""}
        return chosen or None

    def read(self, raw: object, reading: Reading) -> object:
        """Return the keys of the options in the question's order, one's own words last."""
        if raw is None:
            return None
        if not isinstance(raw, list) or len(raw) > 2 * MOST_OPTIONS:
            return UNREADABLE
        own = [one for one in raw if isinstance(one, dict)]
        named = {one for one in raw if isinstance(one, str)}
        if len(own) > 1 or len(own) + sum(isinstance(one, str) for one in raw) != len(raw):
            return UNREADABLE
        if named - set(self.keys) or (own and (not self.other or set(own[0]) != {OTHER})):
            return NOT_THERE
        found: list[object] = [key for key in self.keys if key in named]
        if own:
            written = self._own(own[0][OTHER]) or Problem("other_missing")
            if isinstance(written, Problem):
                return written
            found.append(written)
        return self._counted(found)

    def _counted(self, found: list[object]) -> object:
        if not found:
            return None
        if len(found) < self.least:
            return Problem("too_few", {"least": self.least})
        if self.most is not None and len(found) > self.most:
            return Problem("too_many", {"most": self.most})
        return found

    def typed(self, value: Any) -> dict[str, Any]:
        """Return the options, and the words of one's own."""
        own = [one[OTHER] for one in value if isinstance(one, dict)]
        chosen = [OTHER if isinstance(one, dict) else one for one in value]
        return {self.key: chosen, f"{self.key}.{OTHER}": own[0] if own else ""}

    def tokens(self, value: Any) -> frozenset[str]:
        """Return every option chosen."""
        return frozenset(OTHER if isinstance(one, dict) else one for one in value)

    def holding(self, choice: str) -> Any:
        """Return a list with the option."""
        return [super().holding(choice)]

    def schema_in(self, languages: Sequence[str]) -> dict[str, Any]:
        """Return the options, and how many of them."""
        keys = {"enum": list(self.keys)}
        one = {"anyOf": [keys, _OWN]} if self.other else keys
        bounds = {"minItems": max(1, self.least)} | ({"maxItems": self.most} if self.most is not None else {})
        return {"type": "array", "items": one, **bounds}


class YesNo(Question):
    """Yes or no."""

    countable: ClassVar[bool] = True
    type: Literal["yes_no"] = "yes_no"

    def read(self, raw: object, reading: Reading) -> object:
        """Return True or False."""
        return yes_or_no(raw)

    def typed(self, value: Any) -> dict[str, Any]:
        """Return yes or no."""
        return {self.key: "yes" if value else "no"}

    def tokens(self, value: Any) -> frozenset[str]:
        """Return yes or no."""
        return frozenset({"yes" if value else "no"})

    def holding(self, choice: str) -> Any:
        """Return a boolean."""
        return choice == "yes"

    def choices(self) -> Sequence[str]:
        """Return both."""
        return ("yes", "no")

    def schema_in(self, languages: Sequence[str]) -> dict[str, Any]:
        """Return a boolean."""
        return {"type": "boolean"}


def yes_or_no(raw: object) -> bool | Problem | None:
    """Return what was meant, or that it cannot be read."""
    if raw is None or isinstance(raw, bool):
        return raw
    said = raw.strip().lower() if isinstance(raw, str) else ""
    if raw == "" or (isinstance(raw, str) and not said):
        return None
    return said in YES if said in YES | NO else UNREADABLE


_OWN: Final = {
    "type": "object",
    "properties": {OTHER: {"type": "string", "minLength": 1, "maxLength": LONGEST_OTHER}},
    "required": [OTHER],
    "additionalProperties": False,
}

WITH_OPTIONS: Final = (Choice, Choices)


def scarce_choices(field: Question, value: object) -> Collection[str]:
    """Return those options of ``value`` that have a number of places."""
    return field.tokens(value) & field.scarce().keys() if isinstance(field, WITH_OPTIONS) else ()
