"""Looks after a running stack: whatever dies is started again, for ever, with growing pauses, and it is said.

Supervisor restarts what dies and gives up when that fails several times in a row. Giving up is not for a system that
outlives a full disk or a store that is away for an hour: here it is tried again, the supervisor itself included.
"""

from __future__ import annotations

import shutil
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from stack.places import Places
from stack.processes import Process
from stack.upkeep.parts import Ailing, note_ailing
from stack.upkeep.supervision import State, Supervision

LONGEST_PAUSE = 15.0
"""Seconds between two tries at most: what was in the way may have gone."""
OFTEN = 4
"""So many starts within WINDOW are those of a part that keeps dying."""
WINDOW = 120.0
STEADY = 30.0
"""Seconds a part runs until it is said to be well again."""
SILENCE = 30.0
"""A supervisor that says nothing for so long is replaced."""
_WORDS = 300


@dataclass
class _Care:
    """What is remembered of one part."""

    starts: list[float] = field(default_factory=list)
    last_start: int = 0
    tries: int = 0
    next_try: float = 0.0
    ailing: bool = False


class Tending:
    """Called every few seconds; ``say`` is told what changes, in sentences."""

    def __init__(
        self,
        places: Places,
        supervision: Supervision,
        processes: Iterable[Process],
        *,
        replace_supervisor: Callable[[], None],
        say: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._places = places
        self._supervision = supervision
        self._processes = {process.name: process for process in processes}
        self._replace_supervisor = replace_supervisor
        self._say = say
        self._clock = clock
        self._cares: dict[str, _Care] = defaultdict(_Care)
        self._heard = clock()
        self._noted: list[Ailing] = []
        note_ailing(places, [])

    def look(self) -> None:
        """Look once, and do what is to be done. Never raises for what the machine refuses."""
        moment = self._clock()
        states = self._supervision.states() if self._supervision.is_alive() else []
        if states:
            self._heard = moment
        elif not self._supervision.is_alive() or moment - self._heard > SILENCE:
            self._say("  The supervisor is gone; starting another one, and every part anew.")
            self._heard = moment
            self._replace_supervisor()
            return
        for state in states:
            self._look_at(state, moment)
        ailing = [Ailing(name, self._last_words(name)) for name, care in self._cares.items() if care.ailing]
        if ailing != self._noted:
            self._noted = ailing
            note_ailing(self._places, ailing)

    def _look_at(self, state: State, moment: float) -> None:
        care = self._cares[state.name]
        if state.started != care.last_start:
            care.last_start = state.started
            care.starts.append(moment)
        care.starts = [start for start in care.starts if moment - start < WINDOW]
        down = state.state == "FATAL"
        if down and moment >= care.next_try:
            self._try_again(state.name, care, moment)
        if (down or len(care.starts) >= OFTEN) and not care.ailing:
            care.ailing = True
            where = self._places.logs / f"{state.name}.log"
            self._say(f"  {state.name} keeps dying; trying on. {where} says: {self._last_words(state.name)}")
        elif care.ailing and state.state == "RUNNING" and moment - max(care.starts, default=0.0) >= STEADY:
            self._cares[state.name] = _Care(last_start=state.started)
            self._say(f"  {state.name} runs again.")

    def _try_again(self, name: str, care: _Care, moment: float) -> None:
        process = self._processes.get(name)
        if process and process.disposable and care.tries:  # not at once: it may have been innocent
            shutil.rmtree(process.disposable, ignore_errors=True)
        self._supervision.start_process(name)
        care.tries += 1
        care.next_try = moment + min(LONGEST_PAUSE, 2.0**care.tries)

    def _last_words(self, name: str) -> str:
        return last_line(self._places.logs / f"{name}.log")


def last_line(log: Path) -> str:
    """Return the last line of a log, shortened; empty when there is none."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 4096))
            lines = file.read().decode("utf-8", errors="replace").strip().splitlines()
    except OSError:
        return ""
    return lines[-1][:_WORDS] if lines else ""
