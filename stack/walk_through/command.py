"""``demo --walk-through``: a stack of its own, the journey, and the end of both."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from types import FrameType

from stack.beforehand import CannotStart
from stack.foreground import demo_accounts, seconds_since_command
from stack.operating.memory import memory_of
from stack.places import Places
from stack.running import Stack
from stack.schema_state import StepFailed
from stack.screen import Screen
from stack.walk_through.journey import Journey, walk
from stack.walk_through.letters import Letters
from stack.walk_through.main_job import STEPS


def run_on_own_stack() -> int:
    """Start a fresh stack in a temporary directory, walk through it, remove it. Return the exit code."""
    screen = Screen()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _interrupt)
    folder = Path(tempfile.mkdtemp(prefix="academy-walk-through-"))
    stack = Stack(Places(folder), demo=True, screen=screen, gateway=0)
    happened = False
    screen.say(f"A fresh Academy starts in {folder} …")
    try:
        stack.start({"RECALL_SECONDS": "2"})
        screen.say(f"Ready after {seconds_since_command():.1f} s. The main job, from end to end:")
        happened = walk_at(stack.public_url, f"{stack.public_url}/mailbox", demo_accounts(folder), screen)
        total, measure = memory_of(stack.processes())
        screen.say(f"Memory of all processes: {total:.0f} MB ({measure}).")
    except (CannotStart, StepFailed, RuntimeError) as reason:
        screen.console.print(str(reason), markup=False)
    except KeyboardInterrupt:
        screen.say("Stopped.")
    finally:
        stack.stop()
    if happened or os.environ.get("ACADEMY_REMOVE_TRACES"):
        shutil.rmtree(folder, ignore_errors=True)
    else:
        screen.say(f"Everything that was written stays in {folder}; the logs are in {folder / 'logs'}.")
    return 0 if happened else 1


def walk_at(site: str, mailbox: str, accounts: list[dict[str, str]], screen: Screen) -> bool:
    """Walk through a running Academy. ``mailbox`` is where its catcher shows the mail. Return whether all happened."""
    journey = Journey(site, Letters(f"{mailbox}/api/messages"), accounts)
    try:
        return walk(journey, STEPS, screen)
    finally:
        journey.close()


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Walk through an Academy that runs already.")
    parser.add_argument("--site", required=True, help="its public address")
    parser.add_argument("--mailbox", required=True, help="address of the catcher's mailbox, such as http://…/mailbox")
    parser.add_argument("--accounts", type=Path, required=True, help="JSON file with the demo's staff accounts")
    given = parser.parse_args()
    staff = json.loads(given.accounts.read_text(encoding="utf-8"))
    sys.exit(not walk_at(given.site.rstrip("/"), given.mailbox.rstrip("/"), staff, Screen()))
