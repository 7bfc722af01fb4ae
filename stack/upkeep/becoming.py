"""How a process becomes a part that is written in Python: ``python -m stack.upkeep.becoming …/worker.start``.

On Linux the supervisor forks it from what it has imported already (``common_ground.py``) and nothing is executed, so
that all parts share that memory; elsewhere this module is executed. What happens then is the same.
"""

from __future__ import annotations

import atexit
import json
import os
import runpy
import shutil
import signal
import sys
import tempfile
import threading
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Never

from stack.places import Places
from stack.upkeep.leftovers import end_part

OWN_NAME = Path("/proc/self/comm")
_HANDLED = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGCHLD, signal.SIGUSR2)
"""What the supervisor listens to; what replaces a program resets them, a fork does not."""


def become(start: Path) -> None:
    """Take the name of the part, end its earlier life, and run its module with exactly the environment it is told."""
    told = json.loads(start.read_text(encoding="utf-8"))
    with suppress(OSError):  # Linux alone knows it: by this name leftovers.py tells forked parts apart
        OWN_NAME.write_text(told["part"], encoding="ascii")
    succeed(Places(Path(told["state"])), told["part"])
    os.nice(told["niceness"])
    os.environ.clear()
    os.environ.update(told["environment"])
    write_passing_things_to(Places(Path(told["state"])).passing / told["part"])
    module, *arguments = told["command"]
    if module == "gunicorn":
        count_in_memory(Places(Path(told["state"])).figures, told["part"])
    sys.argv[1:] = arguments
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def write_passing_things_to(folder: Path) -> None:
    """Empty the folder and have temporary files made in it: nobody clears up after a part that was killed but the next.

    Where none can be made, they go where the system has them.
    """
    with suppress(OSError):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True)
        os.environ["TMPDIR"] = str(folder)
        tempfile.tempdir = None  # the supervisor may have asked for its own


def count_in_memory(folder: Path, part: str) -> None:
    """Let the figures of a service be counted in memory, from nothing.

    Where there is none for all, or somebody else's folder has the name, they lie with what passes.
    """
    with suppress(OSError):
        folder.mkdir(mode=0o700, exist_ok=True)
        own = folder / part
        shutil.rmtree(own, ignore_errors=True)
        own.mkdir(mode=0o700)
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(own)


def succeed(places: Places, part: str) -> None:
    """End what an earlier life of the part left behind, and note the process id of this one.

    A note says that there was an earlier life; where none can be kept, there may have been one.
    """
    note, new = places.run / f"{part}.pid", places.run / f"{part}.pid.new"
    try:
        new.write_text(f"{os.getpid()}\n", encoding="ascii")
    except OSError:
        end_part(places, part)
        return
    if note.exists():
        end_part(places, part)
    with suppress(OSError):
        new.replace(note)


def be_forked(start: Path) -> Never:
    """Be the part in a process that was just forked, and end as a Python of its own would end."""
    code: object = 1
    try:
        for number in _HANDLED:
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
        become(start)
        code = 0
    except SystemExit as end:
        code = end.code
    except BaseException:  # noqa: BLE001 - whatever it was: this is where an interpreter ends
        traceback.print_exc()
    finally:
        _finish(code)


def _finish(code: object) -> Never:
    """Do what an interpreter does at its end; the supervisor's own frames below are never returned to."""
    status = code if isinstance(code, int) else 0 if code is None else 1
    if status == 1 and code != 1:
        print(code, file=sys.stderr)  # noqa: T201 - as Python says the words of sys.exit
    with suppress(BaseException):
        threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001 - waits for threads, as multiprocessing does
        atexit._run_exitfuncs()  # noqa: SLF001
    for stream in (sys.stdout, sys.stderr):
        with suppress(BaseException):
            stream.flush()
    os._exit(status & 0xFF)


if __name__ == "__main__":
    become(Path(sys.argv[1]))
