"""No pattern of ours works longer than its input is: every compiled one is fed what makes patterns run away."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

import services
import shared
from tests.support.effort import LIMIT, growth

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

    Texts = Callable[[int], str]

LONGEST: Final = 16_000
"""Characters: of the order of a campaign's text."""
ENTRY_POINTS: Final = (".worker", "services.clock")
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


def only_from_the_beginning(name: str) -> bool:
    """Say whether a pattern of one module alone is never looked for further inside a text."""
    module, _, own = name.rpartition(".")
    uses = set(re.findall(rf"\b{own}\.(\w+)", inspect.getsource(importlib.import_module(module))))
    return own.startswith("_") and bool(uses) and uses <= {"match", "fullmatch", "pattern"}


PATTERNS = patterns()


def literals(pattern: str) -> list[str]:
    """Return short pieces that the pattern itself speaks of, which get an attacker deepest into it."""
    plain = re.sub(r"\\([^\w])", r"\1", pattern)
    return list(dict.fromkeys(re.findall(r"[^\w\s\\()\[\]*+?|^$]{1,3}", plain)))[:8]


def hostile(pattern: str) -> Iterator[Texts]:
    """Yield texts of any length from repeated pieces: after an opening, alternating, with an end that never fits."""
    pieces = [" ", "a", "0", "\t", "\n", "é", "\N{COMBINING CEDILLA}", "a ", "-", ".", "a.", *literals(pattern)]
    for piece in pieces:
        yield partial(lambda piece, length: piece * (length // len(piece)) + "\0", piece)
        yield partial(lambda piece, length: f"x{piece * (length // len(piece))}!", piece)
    for opening in literals(pattern):
        for filling in (" ", "a", "\n"):
            yield partial(lambda opening, filling, length: opening + filling * length + "x", opening, filling)
            both = opening + filling
            yield partial(lambda both, length: both * (length // len(both)), both)


def _used(use: Callable[[str], object], text: Texts, length: int) -> Callable[[], object]:
    return partial(use, text(length))


def fastest_growth(pattern: re.Pattern[str], *, anywhere: bool = True) -> float:
    worst = 0.0
    for text in hostile(pattern.pattern):
        for use in (pattern.search, pattern.fullmatch) if anywhere else (pattern.match, pattern.fullmatch):
            worst = max(worst, growth(partial(_used, use, text), longest=LONGEST))
            if worst > LIMIT:
                return worst
    return worst


def test_the_patterns_are_found() -> None:
    assert "services.notifications.rules.placeholders._WRITTEN" in PATTERNS
    assert len(PATTERNS) > 10


@pytest.mark.parametrize("name", sorted(PATTERNS))
def test_a_pattern_works_no_longer_than_its_input_is(name: str) -> None:
    pattern = PATTERNS[name]
    assert fastest_growth(pattern, anywhere=not only_from_the_beginning(name)) < LIMIT, pattern.pattern


@pytest.mark.parametrize(
    "runaway",
    [
        pytest.param(r"\S*@\S*", id="quadratic"),
        pytest.param(r"\{\{\s*([^{}]*)\s*\}\}", id="cubic"),
    ],
)
def test_a_pattern_that_runs_away_is_noticed(runaway: str) -> None:
    """The controls: one that begins anew at every character, and one whose neighbours take the same characters."""
    assert fastest_growth(re.compile(runaway)) > LIMIT
