"""No pattern of ours works longer than its input is: every compiled one is fed what makes patterns run away."""

from __future__ import annotations

import importlib
import pkgutil
import re
from functools import partial
from typing import TYPE_CHECKING

import pytest

import services
import shared
from tests.hostile.effort import BOUND, seconds_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

LENGTHS = (200, 2_000, 20_000)
"""Characters; the last is of the order of a campaign's text. Short ones first: a cubic pattern would not come back."""
ENTRY_POINTS = (".worker", "services.clock")
"""Modules that begin work when they are imported, and keep no pattern."""


def modules() -> Iterator[ModuleType]:
    for room in (shared, services):
        for found in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            if ".migrations" not in found.name and not found.name.endswith(ENTRY_POINTS):
                yield importlib.import_module(found.name)


def patterns() -> dict[str, re.Pattern[str]]:
    """Return every compiled pattern that a module or one of its classes keeps, by its name."""
    found: dict[re.Pattern[str], str] = {}
    for module in modules():
        for place in (module, *(value for value in vars(module).values() if isinstance(value, type))):
            for name, value in vars(place).items():
                if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
                    found.setdefault(value, f"{module.__name__}.{name}")
    return {name: pattern for pattern, name in found.items()}


PATTERNS = patterns()


def literals(pattern: str) -> list[str]:
    """Return short pieces that the pattern itself speaks of, which get an attacker deepest into it."""
    plain = re.sub(r"\\([^\w])", r"\1", pattern)
    return list(dict.fromkeys(re.findall(r"[^\w\s\\()\[\]*+?|^$]{1,3}", plain)))[:8]


def hostile(pattern: str, length: int) -> Iterator[str]:
    """Yield texts of repeated pieces: after an opening, alternating, and with an end that never fits."""
    pieces = [" ", "a", "0", "\t", "\n", "é", "\N{COMBINING CEDILLA}", "a ", "-", ".", "a.", *literals(pattern)]
    for piece in pieces:
        run = piece * (length // len(piece))
        yield run + "\0"
        yield f"x{run}!"
    for opening in literals(pattern):
        for filling in (" ", "a", "\n"):
            yield opening + filling * length + "x"
            yield (opening + filling) * (length // (len(opening) + 1))


def slowest(pattern: re.Pattern[str], *, bound: float = BOUND) -> float:
    worst = 0.0
    for length in LENGTHS:
        for text in hostile(pattern.pattern, length):
            for use in (pattern.search, pattern.fullmatch):
                worst = max(worst, seconds_of(partial(use, text)))
                if worst > bound:
                    return worst
    return worst


def test_the_patterns_are_found() -> None:
    assert "services.notifications.rules.placeholders._WRITTEN" in PATTERNS
    assert len(PATTERNS) > 10


@pytest.mark.parametrize("name", sorted(PATTERNS))
def test_a_pattern_works_no_longer_than_its_input_is(name: str) -> None:
    assert slowest(PATTERNS[name]) < BOUND, PATTERNS[name].pattern


def test_a_pattern_that_tries_every_split_is_noticed() -> None:
    """The control: two neighbours that take the same characters."""
    assert slowest(re.compile(r"\{\{\s*([^{}]*)\s*\}\}"), bound=BOUND) > BOUND
