"""Conditions as organisers may write them: ``visa = yes and (country = SN, ML or not stage = decided)``.

A word is the key of a field, or one of :data:`ABOUT`. After it stand ``=`` with choices between commas, ``answered``,
``>=`` or ``<=`` with a number. ``not`` binds closest, then ``and``, then ``or``; parentheses group.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from services.registration.rules.forms.conditions import (
    DEEPEST,
    AllOf,
    Answered,
    AnyOf,
    Between,
    Condition,
    Is,
    Knows,
    Not,
)
from shared.words.numbers import western_digits

ABOUT: Final = ("stage", "decision", "funding")
LONGEST: Final = 2000
_TOKEN: Final = re.compile(r"\s*(?:(?P<sign>>=|<=|[=(),])|(?P<word>[^\s=(),<>]+))")


class Unparsed(ValueError):  # noqa: N818 - a refusal in the customer's words
    """The text is no condition; ``near`` is the word at which it stops making sense, empty at the end."""

    def __init__(self, near: str) -> None:
        super().__init__(near)
        self.near = near


def parsed(text: str) -> Condition:
    """Return the condition that ``text`` says; refuses with :class:`Unparsed`."""
    if len(text) > LONGEST:
        raise Unparsed(text[:20])
    reader = _Reader(_words(text))
    condition = reader.either(0)
    if reader.next is not None:
        raise Unparsed(reader.next)
    return condition


def written(condition: Condition) -> str:
    """Return the text that :func:`parsed` reads as ``condition``."""
    if isinstance(condition, (AllOf, AnyOf)):
        word = " or " if isinstance(condition, AnyOf) else " and "
        return word.join(_grouped(part) for part in condition.parts)
    if isinstance(condition, Not):
        return f"not {_grouped(condition.part)}"
    if isinstance(condition, (Is, Knows)):
        name = condition.field if isinstance(condition, Is) else condition.about
        return f"{name} = {', '.join(condition.values)}"
    if isinstance(condition, Answered):
        return f"{condition.field} answered"
    bounds = ((">=", condition.least), ("<=", condition.most))
    return " and ".join(f"{condition.field} {sign} {bound:f}" for sign, bound in bounds if bound is not None)


def _grouped(part: Condition) -> str:
    several = isinstance(part, (AllOf, AnyOf)) or (
        isinstance(part, Between) and part.least is not None and part.most is not None
    )
    return f"({written(part)})" if several else written(part)


def _words(text: str) -> list[str]:
    found, place = [], 0
    while place < len(text.rstrip()):
        token = _TOKEN.match(text, place)
        if token is None:
            raise Unparsed(text[place : place + 20].strip())
        found.append(token[token.lastgroup or 0])
        place = token.end()
    return found


class _Reader:
    """Takes one word after the other."""

    def __init__(self, words: list[str]) -> None:
        self._words = words
        self._place = 0

    @property
    def next(self) -> str | None:
        """The word that comes, None at the end."""
        return self._words[self._place] if self._place < len(self._words) else None

    def take(self, *wanted: str) -> str:
        """Take the next word, one of ``wanted`` where they are named."""
        word = self.next
        if word is None or (wanted and word not in wanted):
            raise Unparsed(word or "")
        self._place += 1
        return word

    def either(self, depth: int) -> Condition:
        """Read parts with ``or`` between them."""
        parts = [self.every(depth)]
        while self.next == "or":
            self.take()
            parts.append(self.every(depth))
        return parts[0] if len(parts) == 1 else AnyOf(parts=tuple(parts))

    def every(self, depth: int) -> Condition:
        """Read parts with ``and`` between them."""
        parts = [self.one(depth)]
        while self.next == "and":
            self.take()
            parts.append(self.one(depth))
        return parts[0] if len(parts) == 1 else AllOf(parts=tuple(parts))

    def one(self, depth: int) -> Condition:
        """Read a group, a denial or a claim."""
        if depth > DEEPEST:
            raise Unparsed(self.next or "")
        if self.next == "not":
            self.take()
            return Not(part=self.one(depth + 1))
        if self.next == "(":
            self.take()
            inner = self.either(depth + 1)
            self.take(")")
            return inner
        return self.claim()

    def claim(self) -> Condition:
        """Read what is said of one field."""
        name, sign = self.name(), self.take("=", ">=", "<=", "answered")
        if sign == "answered":
            return Answered(field=name)
        if sign in {">=", "<="}:
            bound = self.number()
            return Between(field=name, least=bound) if sign == ">=" else Between(field=name, most=bound)
        values = [self.take()]
        while self.next == ",":
            self.take()
            values.append(self.take())
        if name in ABOUT:
            return Knows.model_validate({"about": name, "values": values})
        return Is(field=name, values=tuple(values))

    def name(self) -> str:
        """Read the key of a field."""
        word = self.take()
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", word) or word in {"and", "or", "not", "answered"}:
            raise Unparsed(word)
        return word

    def number(self) -> Decimal:
        """Read a bound."""
        word = western_digits(self.take())
        if not re.fullmatch(r"-?\d{1,12}(\.\d{1,6})?", word, re.ASCII):
            raise Unparsed(word)
        return Decimal(word)
