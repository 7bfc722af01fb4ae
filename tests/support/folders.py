"""Folders of a test run outside of pytest's own, which die with the run: also with one that was killed.

Whoever makes one holds a lock in it for as long as it lives. The next run removes what nobody holds any more, and ends
the PostgreSQL that may still work there.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

import psutil

from stack.places import Places
from stack.upkeep.leftovers import end_leftovers

if TYPE_CHECKING:
    from collections.abc import Iterator

HELD = "held.lock"


@contextmanager
def passing_folder(prefix: str) -> Iterator[Path]:
    """Lend a new folder whose name begins with ``prefix``; remove those of runs that were killed."""
    sweep(Path(tempfile.gettempdir()), prefix)
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    with (folder / HELD).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def sweep(place: Path, prefix: str) -> None:
    """Remove every folder of this kind whose maker has died; one that is just being made has no lock yet and stays."""
    for lock in place.glob(f"{prefix}*/{HELD}"):
        with suppress(OSError), lock.open("r+") as file:
            if _is_free(file):
                end_leftovers(Places(lock.parent))
                _end_postgres(lock.parent / "postgres")
                shutil.rmtree(lock.parent, ignore_errors=True)


def _is_free(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _end_postgres(data: Path) -> None:
    with suppress(OSError, ValueError, IndexError, psutil.Error):
        server = psutil.Process(int((data / "postmaster.pid").read_text().split()[0]))
        if Path(server.cwd()) == data.resolve():
            os.kill(server.pid, signal.SIGQUIT)
            server.wait(timeout=10)
