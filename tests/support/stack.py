"""A whole Academy for the tests that need one: the demo on free ports with a directory of its own, started once."""

from __future__ import annotations

from contextlib import closing, contextmanager
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING

from rich.console import Console

from stack.foreground import demo_accounts
from stack.places import Places
from stack.running import Stack
from stack.screen import Screen
from stack.walk_through.letters import Letters
from tests.support.folders import passing_folder

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Academy:
    """A running demo: its address, its mail, its staff."""

    stack: Stack
    letters: Letters
    accounts: dict[str, dict[str, str]]
    """By role: email, passphrase, totp_secret."""

    @property
    def url(self) -> str:
        """Where people look, without a slash at the end."""
        return self.stack.public_url


@contextmanager
def running_academy() -> Iterator[Academy]:
    """Start the demo on nothing, stop it at the end; what the launcher says stays out of the tests' words."""
    with passing_folder("academy-whole-") as folder:
        stack = Stack(Places(folder), demo=True, screen=Screen(Console(file=StringIO())), gateway=0)
        stack.start({"RECALL_SECONDS": "2"})
        try:
            accounts = {one["role"]: one for one in demo_accounts(folder)}
            with closing(Letters(f"{stack.public_url}/mailbox/api/messages")) as letters:
                yield Academy(stack, letters, accounts)
        finally:
            stack.stop()
