"""When a question is asked: a rule over other answers and over what is known of the person, nested at will.

Pure. A condition is compiled once with its form and then asked for every filling.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Any, Final, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Discriminator, Field

DEEPEST: Final = 6
"""How many rules may stand inside each other."""
MOST_PARTS: Final = 20

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
"""What a field, section or option is called in answers: never shown, never changed."""
About = Literal["stage", "decision", "funding"]


class Known(NamedTuple):
    """What is known of a person beside the answers; empty where nothing is."""

    stage: str = ""
    """State of the application; empty while the first form is being filled in."""
    decision: str = ""
    """The released outcome: accept, reserve or decline."""
    funding: str = ""
    """How the place is paid for."""


NOTHING_KNOWN: Final = Known()
Values = Mapping[str, Any]
"""Answers by field key; what was not answered is not there."""
Asked = Callable[[Values, Known], bool]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AllOf(_Part):
    """Every one of ``parts`` is true."""

    rule: Literal["all"] = "all"
    parts: Annotated[tuple[Condition, ...], Field(min_length=1, max_length=MOST_PARTS)]


class AnyOf(_Part):
    """One of ``parts`` is true, or several are."""

    rule: Literal["any"] = "any"
    parts: Annotated[tuple[Condition, ...], Field(min_length=1, max_length=MOST_PARTS)]


class Not(_Part):
    """``part`` is not true."""

    rule: Literal["not"] = "not"
    part: Condition


class Is(_Part):
    """The answer to ``field`` is, or has among its choices, one of ``values``: keys of options, or yes and no."""

    rule: Literal["is"] = "is"
    field: Key
    values: Annotated[tuple[Annotated[str, Field(max_length=80)], ...], Field(min_length=1, max_length=300)]


class Answered(_Part):
    """Something was answered to ``field``."""

    rule: Literal["answered"] = "answered"
    field: Key


class Between(_Part):
    """The number given to ``field`` lies within bounds, both included."""

    rule: Literal["between"] = "between"
    field: Key
    least: Decimal | None = None
    most: Decimal | None = None


class Knows(_Part):
    """What is known of the person beside the form is one of ``values``."""

    rule: Literal["known"] = "known"
    about: About
    values: Annotated[tuple[Annotated[str, Field(max_length=40)], ...], Field(min_length=1, max_length=20)]


Condition = Annotated[AllOf | AnyOf | Not | Is | Answered | Between | Knows, Discriminator("rule")]
AllOf.model_rebuild()
AnyOf.model_rebuild()
Not.model_rebuild()


def fields_of(condition: Condition | None) -> Iterator[str]:
    """Yield the key of every field that ``condition`` asks about."""
    if isinstance(condition, (Is, Answered, Between)):
        yield condition.field
    elif isinstance(condition, (AllOf, AnyOf)):
        for part in condition.parts:
            yield from fields_of(part)
    elif isinstance(condition, Not):
        yield from fields_of(condition.part)


def depth_of(condition: Condition) -> int:
    """Return how many rules stand inside each other, at least 1."""
    if isinstance(condition, (AllOf, AnyOf)):
        return 1 + max(map(depth_of, condition.parts))
    return 1 + depth_of(condition.part) if isinstance(condition, Not) else 1


def compiled(condition: Condition, tokens: Mapping[str, Callable[[Any], frozenset[str]]]) -> Asked:  # noqa: PLR0911
    """Return a function that says whether ``condition`` is true of answers.

    ``tokens`` says of each field which choices a value of it stands for, see :meth:`Question.tokens`.
    """
    if isinstance(condition, AllOf):
        every = tuple(compiled(part, tokens) for part in condition.parts)
        return lambda values, known: all(part(values, known) for part in every)
    if isinstance(condition, AnyOf):
        some = tuple(compiled(part, tokens) for part in condition.parts)
        return lambda values, known: any(part(values, known) for part in some)
    if isinstance(condition, Not):
        inner = compiled(condition.part, tokens)
        return lambda values, known: not inner(values, known)
    if isinstance(condition, Knows):
        about, named = condition.about, frozenset(condition.values)
        return lambda _values, known: getattr(known, about) in named
    field = condition.field
    if isinstance(condition, Answered):
        return lambda values, _known: field in values
    if isinstance(condition, Between):
        return lambda values, _known: _lies(values.get(field), condition)
    wanted, chosen = frozenset(condition.values), tokens[field]
    return lambda values, _known: field in values and not wanted.isdisjoint(chosen(values[field]))


def _lies(value: object, bounds: Between) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    number = Decimal(str(value))
    return (bounds.least is None or number >= bounds.least) and (bounds.most is None or number <= bounds.most)
