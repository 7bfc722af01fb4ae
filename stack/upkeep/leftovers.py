"""What an interrupted run left behind, and its end.

Every process of a stack is told by its environment to which state directory it belongs, so it is found by that and not
by a note, which a full disk would not have taken. A part that was forked from the supervisor shows the supervisor's
environment for ever, and is known by the name it gave itself (``becoming.py``). A program that writes over its
environment (nginx, PostgreSQL) is known by working inside that directory. Nobody else's processes are touched: neither
another stack's, which has another directory, nor a person's shell that happens to stand in this one.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from stack.places import Places

STATE = "ACADEMY_PART_OF"
PART = "ACADEMY_PART"
RANK = "ACADEMY_RANK"
SUPERVISOR_RANK = 100
STEP_RANK = 65
"""One-off steps, such as a migration, end after the services and before the stores."""
_POSTGRES_RANK = 10
RANKS = {
    "postgres": _POSTGRES_RANK,
    "valkey": 20,
    "mail": 30,
    "worker": 50,
    "postmen": 50,
    "clock": 60,
    "registration": 70,
    "materials": 70,
    "notifications": 70,
    "gateway": 90,
}
"""The order in which parts end, the highest first."""
SUPERVISOR = "supervisor"
_PROGRAMS = {"nginx": "gateway", "valkey-server": "valkey", "postgres": "postgres"}


@dataclass(frozen=True)
class Leftover:
    """A living process of a stack: which part it is or belongs to. Higher ranks end earlier."""

    process: psutil.Process
    part: str
    rank: int


def marks(places: Places, part: str, rank: int) -> dict[str, str]:
    """Return the environment by which a process of this stack is recognised."""
    return {STATE: str(places.state), PART: part, RANK: str(rank)}


def leftovers_of(places: Places) -> list[Leftover]:
    """Return every living process of this stack but this one and those it was started by."""
    own = _ourselves()
    others = (process for process in psutil.process_iter() if process.pid not in own and _lives(process))
    return [found for process in others if (found := _recognised(process, places.state))]


def end_leftovers(places: Places) -> list[str]:
    """End everything an earlier run of this stack left behind, in order. Return the names of the parts that lived."""
    found = leftovers_of(places)
    survivors = []
    for rank in sorted({one.rank for one in found}, reverse=True):
        those = [one.process for one in leftovers_of(places) if one.rank == rank]
        # The supervisor stops all its parts in order when it is asked to; that takes as long as they take.
        patience = 60.0 if rank == SUPERVISOR_RANK else 20.0 if rank == _POSTGRES_RANK else 10.0
        _end(those, first=signal.SIGINT if rank == _POSTGRES_RANK else signal.SIGTERM, seconds=patience)
        survivors += sorted({one.part for one in found if one.rank == rank})
    for note in places.run.glob("*.pid"):  # each would cost its part a look at its start
        with suppress(OSError):
            note.unlink()
    return survivors


def end_part(places: Places, part: str, *, seconds: float = 2) -> None:
    """End what an earlier life of one part left behind, such as workers that outlived their master."""
    found = [one.process for one in leftovers_of(places) if one.part == part]
    _end(found, first=signal.SIGINT if part == "postgres" else signal.SIGTERM, seconds=seconds)


def _recognised(process: psutil.Process, state: Path) -> Leftover | None:
    try:
        told = process.environ()
    except (psutil.Error, OSError):
        told = {}
    try:
        if told.get(STATE) == str(state):
            name = process.name()
            if told.get(PART) == SUPERVISOR and name in RANKS:
                return Leftover(process, name, RANKS[name])
            return Leftover(process, told.get(PART, "step"), int(told.get(RANK, STEP_RANK)))
        part = _PROGRAMS.get(Path(process.exe().removesuffix(" (deleted)")).name)
        if part and Path(process.cwd()).is_relative_to(state):
            return Leftover(process, part, RANKS[part])
    except (psutil.Error, OSError):
        return None
    return None


def _ourselves() -> set[int]:
    try:
        return {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    except psutil.Error:
        return {os.getpid(), os.getppid()}


def _end(processes: list[psutil.Process], *, first: signal.Signals, seconds: float) -> None:
    """Ask the heads among these processes to end, whose children follow them; what is left then, is killed."""
    numbers = {process.pid for process in processes}
    for process in processes:
        if _parent_of(process) not in numbers:
            _send(process, first)
    left = _wait(processes, seconds)
    for process in left:
        _send(process, signal.SIGKILL)
    _wait(left, 5.0)


def _wait(processes: Iterable[psutil.Process], seconds: float) -> list[psutil.Process]:
    left = [process for process in processes if _lives(process)]
    until = time.monotonic() + seconds
    while left and time.monotonic() < until:
        time.sleep(0.05)
        left = [process for process in left if _lives(process)]
    return left


def _parent_of(process: psutil.Process) -> int:
    try:
        return int(process.ppid())
    except psutil.Error:
        return 0


def _lives(process: psutil.Process) -> bool:
    """Tell whether a process still does anything: one that only waits to be buried does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _send(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)  # psutil compares the start time once more before it sends
    except psutil.Error:
        return


if __name__ == "__main__":
    end_part(Places(Path(sys.argv[1])), sys.argv[2])
