"""What an interrupted run left behind, and its end.

A start script writes its process id and then becomes the part, so the file's time is, within moments, the time the
process began. Only a process whose own start time agrees is taken for ours; a number that somebody else got since is
left alone.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import psutil

from stack.embedded.postgres import running_postmaster
from stack.places import CHECKOUT, Places

TOLERANCE = 3.0
"""Seconds between the start of a process and its note; clocks and busy machines need some."""
ORDER = (
    ("supervisor",),
    ("gateway",),
    ("registration", "materials", "notifications", "clock"),
    ("worker", "postmen"),
    ("mail", "valkey"),
)
"""Leftovers end in this order, those of one line together, PostgreSQL last."""


def noted_processes(pid_file: Path) -> list[psutil.Process]:
    """Return the living processes this note is about: the part itself, or what it forked, when that still runs."""
    try:
        pid = int(pid_file.read_text(encoding="ascii"))
        noted = pid_file.stat().st_mtime
    except (OSError, ValueError):
        return []
    try:
        leader = psutil.Process(pid)
        if leader.status() == psutil.STATUS_ZOMBIE:
            return _group(pid, since=noted)
        return [leader] if abs(leader.create_time() - noted) < TOLERANCE else []
    except psutil.Error:
        return _group(pid, since=noted)


def end_noted(*pid_files: Path, seconds: float = 10) -> list[str]:
    """End what these notes are about, first politely; remove the notes. Return the names of the parts that lived."""
    found = {note: noted_processes(note) for note in pid_files}
    _end([process for processes in found.values() for process in processes], first=signal.SIGTERM, seconds=seconds)
    for note in pid_files:  # the leaders are gone now; what they forked and left goes as well
        _end(noted_processes(note), first=signal.SIGKILL, seconds=2)
        note.unlink(missing_ok=True)
    return [note.stem for note, processes in found.items() if processes]


def end_leftovers(places: Places) -> list[str]:
    """End everything an earlier run of this stack left behind. Return the names of the parts that had survived."""
    survivors = []
    for names in ORDER:
        notes = [note for name in names if (note := places.run / f"{name}.pid").exists()]
        # The supervisor stops all its parts in order when it is asked to; that takes as long as they take.
        survivors += end_noted(*notes, seconds=60 if "supervisor" in names else 10)
    postmaster = running_postmaster(places.postgres)
    if postmaster:
        _end([postmaster], first=signal.SIGINT, seconds=20)
        survivors.append("postgres")
    return survivors


def _group(leader: int, *, since: float) -> list[psutil.Process]:
    """Return the members of a process group whose leader is gone. A group's number is not given out while it lives."""
    members = []
    for process in psutil.process_iter():
        try:
            same = os.getpgid(process.pid) == leader and process.pid != leader
            if same and process.create_time() >= since - TOLERANCE and _is_of_checkout(process):
                members.append(process)
        except (psutil.Error, OSError):
            continue
    return members


def _is_of_checkout(process: psutil.Process) -> bool:
    """Tell whether the process works in this checkout, or with a program that belongs to it."""
    places = (process.cwd(), process.exe(), *process.cmdline()[:1])
    return any(place.startswith((str(CHECKOUT), sys.prefix)) for place in places)


def _end(processes: list[psutil.Process], *, first: signal.Signals, seconds: float) -> None:
    for number, patience in ((first, seconds), (signal.SIGKILL, 5.0)):
        for process in processes:
            _send(process, number)
        until = time.monotonic() + patience
        while processes and time.monotonic() < until:
            time.sleep(0.05)
            processes = [process for process in processes if _lives(process)]


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
    end_noted(Path(sys.argv[1]), seconds=2)
