"""Steps in order, each with its sentence and its time; the first that does not happen ends the walk-through."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from stack.screen import Screen
from stack.walk_through.letters import Letters, NoMail
from stack.walk_through.visitor import NotOnThePage, Visitor


class DidNotHappen(Exception):  # noqa: N818 - it is what the last line of the walk-through says
    """A step did not do what its sentence says."""


def require(claim: bool, otherwise: str) -> None:
    """Go on only when the claim holds."""
    if not claim:
        raise DidNotHappen(otherwise)


@dataclass
class Journey:
    """What the people of the walk-through have and know."""

    site: str
    letters: Letters
    accounts: list[dict[str, str]]
    """Staff: role, email, passphrase, totp_secret."""
    visitors: dict[str, Visitor] = field(default_factory=dict)
    known: dict[str, Any] = field(default_factory=dict)
    """What one step learned for a later one."""

    def visitor(self, who: str, *, language: str = "en") -> Visitor:
        """Return this person's browser; the same one every time."""
        if who not in self.visitors:
            self.visitors[who] = Visitor(self.site, language=language)
        return self.visitors[who]

    def close(self) -> None:
        """Close all browsers."""
        for visitor in self.visitors.values():
            visitor.close()


Step = Callable[[Journey], str]
"""Does one thing and returns what was seen, in a few words. Its docstring's first line is its sentence."""


def walk(journey: Journey, steps: list[Step], screen: Screen) -> bool:
    """Do the steps in order and print each with its time. Return True only if every one happened."""
    began = time.monotonic()
    for number, step in enumerate(steps, 1):
        sentence = (step.__doc__ or step.__name__).splitlines()[0].rstrip(".")
        started = time.monotonic()
        try:
            seen = step(journey)
        except (DidNotHappen, NotOnThePage, NoMail, httpx.HTTPError, LookupError, ValueError) as reason:
            screen.console.print(f"  [red]✗[/] {number:2} {sentence}")
            screen.console.print(f"     {type(reason).__name__}: {reason}", markup=False)
            return False
        detail = f" [dim]({seen})[/]" if seen else ""
        screen.console.print(f"  [green]✓[/] {number:2} {sentence}{detail} [dim]{time.monotonic() - started:.2f} s[/]")
    screen.say(f"All {len(steps)} steps happened, in {time.monotonic() - began:.1f} s.")
    return True
