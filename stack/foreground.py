"""``demo`` and ``up`` in the foreground: start, say where to look, wait for Ctrl-C, stop cleanly."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from rich.table import Table

from stack.beforehand import CannotStart
from stack.operating.memory import memory_of
from stack.places import Places
from stack.running import Stack
from stack.schema_state import StepFailed
from stack.screen import Screen

SECONDS_TO_SETTLE = 10


@dataclass
class Runner:
    """One stack in the foreground, from the command to its clean end.

    ``ready`` is called once everything answers, before the addresses are printed.
    """

    places: Places
    demo: bool
    gateway: int | None
    fresh: bool = False
    ready: Callable[[Stack], None] = lambda _stack: None
    screen: Screen = field(default_factory=Screen)

    def run(self) -> int:
        """Run until Ctrl-C or SIGTERM. Return the exit code."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _interrupt)
        stack = Stack(self.places, demo=self.demo, screen=self.screen, gateway=self.gateway)
        self.screen.say("[bold]The Academy[/] starts" + (", with the demo of 2011 …" if self.demo else " …"))
        try:
            if self.fresh:
                start_over(self.places)
            stack.start()
        except (CannotStart, StepFailed, RuntimeError, LookupError, OSError) as reason:
            self.screen.console.print(sentence_about(reason), markup=False)
            return 1
        except KeyboardInterrupt:
            self.screen.say("Stopped.")
            return 130
        return self._stay(stack)

    def _stay(self, stack: Stack) -> int:
        wrong = None
        try:
            self.screen.say(f"Ready after [bold]{seconds_since_command():.1f} s[/].")
            self.ready(stack)
            say_where_to_look(stack, self.screen, demo=self.demo)
            time.sleep(SECONDS_TO_SETTLE)
            total, measure = memory_of(stack.processes())
            self.screen.say(f"[dim]Memory of all {len(stack.processes())} processes: {total:.0f} MB ({measure}).[/]")
            self.screen.say("Ctrl-C stops everything.")
            stack.tend()
        except StepFailed as reason:
            wrong = str(reason)
        except KeyboardInterrupt:
            pass
        for number in (signal.SIGTERM, signal.SIGINT):  # a second Ctrl-C must not interrupt the orderly end
            signal.signal(number, signal.SIG_IGN)
        self.screen.say("Stopping …")
        began = time.monotonic()
        stack.stop()
        self.screen.say(f"{wrong or 'Stopped cleanly.'} [dim]{time.monotonic() - began:.1f} s[/]")
        return 1 if wrong else 0


def sentence_about(reason: Exception) -> str:
    """Return why the Academy cannot start; of what the machine refuses, which place it was about."""
    if isinstance(reason, OSError):
        where = f" at {reason.filename}" if reason.filename else ""
        return f"The Academy cannot start, the machine says{where}: {reason.strerror or reason}."
    return str(reason)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def start_over(places: Places) -> None:
    """Forget the data of this stack, unless it runs."""
    from stack.beforehand import keep_apart, only_one
    from stack.upkeep.leftovers import end_leftovers  # late: psutil is needed only here

    if os.environ.get("DATABASE_URL"):
        raise CannotStart("--fresh empties only what runs here: empty the database of DATABASE_URL yourself.")
    places.prepare()
    with only_one(places):
        keep_apart(places, demo=True)
        end_leftovers(places)
        places.start_over()


def seconds_since_command() -> float:
    """Return the seconds since ./academy was typed, its Python environment included."""
    return time.time() - float(os.environ.get("ACADEMY_STARTED_AT") or time.time())


def say_where_to_look(stack: Stack, screen: Screen, *, demo: bool) -> None:
    """Print the addresses and, in the demo, how to sign in as whom."""
    url = stack.public_url
    places = Table.grid(padding=(0, 2))
    places.add_row("Public pages", url + "/")
    places.add_row("Desk", url + "/desk")
    if demo:
        places.add_row("Every mail", url + "/mailbox")
    places.add_row("Logs", str(stack.places.logs))
    screen.console.print(places)
    if demo:
        screen.say("Three good places to begin, without a passphrase:")
        screen.say(f"  1. {url}/staff/sign-in: look around as organiser; what waits today, and whom to decide on")
        screen.say(f"  2. {url}/sign-in: look around as a participant who was accepted, with the Reader on the shelf")
        screen.say(f"  3. {url}/mailbox: every mail that left, in five languages")
    accounts = demo_accounts(stack.places.state) if demo else []
    if accounts:
        table = Table(title="Staff of the demo", title_justify="left", box=None, pad_edge=False)
        for column in ("Role", "E-mail", "Passphrase"):
            table.add_column(column)
        for account in accounts:
            table.add_row(account["role"], account["email"], account["passphrase"])
        screen.console.print(table)
        screen.say(f"Sign in at {url}/staff/sign-in; the six digits come from: ./academy code {accounts[0]['email']}")


def demo_accounts(state: Path) -> list[dict[str, str]]:
    """Return the demo's staff: role, email, passphrase and totp_secret each; empty without a demo."""
    try:
        found: list[dict[str, str]] = json.loads((state / "demo-accounts.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return found
