"""What the command line shows while something takes time: one line for each thing done, and what is awaited."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.status import Status


class Screen:
    """Shows steps that may run at the same time; on a terminal with a spinner, elsewhere line by line."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False, soft_wrap=True)
        self._guard = threading.Lock()
        self._awaited: list[str] = []
        self._status: Status | None = None

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Show that ``name`` is awaited, and how long it took once the block has ended well."""
        began = time.monotonic()
        self._change(awaited=name)
        try:
            yield
        except BaseException:
            self._change(over=name)
            raise
        self._change(over=name)
        self.console.print(f"  [green]✓[/] {name} [dim]{time.monotonic() - began:.1f} s[/]")

    def say(self, sentence: str) -> None:
        """Print one sentence."""
        self.console.print(sentence)

    def _change(self, *, awaited: str | None = None, over: str | None = None) -> None:
        with self._guard:
            if awaited:
                self._awaited.append(awaited)
            if over in self._awaited:
                self._awaited.remove(over)
            if not self.console.is_terminal:
                return
            text = "waiting for " + ", ".join(self._awaited)
            if self._awaited and self._status is None:
                self._status = self.console.status(text)
                self._status.start()
            elif self._awaited and self._status is not None:
                self._status.update(text)
            elif self._status is not None:
                self._status.stop()
                self._status = None
