"""Real Celery workers and a real clock, each in a process group of its own so that it can be killed whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOT = Path(__file__).resolve().parents[2]


class Group:
    """One program in a process group of its own; :meth:`start` again after :meth:`kill`."""

    def __init__(self, arguments: Sequence[str], *, environment: Mapping[str, str], log: Path) -> None:
        self._arguments = arguments
        self._environment = {**os.environ, **environment}
        self._log = log
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def id(self) -> int:
        """The process group's id while it runs, else 0."""
        return self._running.pid if self._running else 0

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._running = subprocess.Popen(
                [sys.executable, *self._arguments],
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self) -> None:
        """Send SIGKILL to the program and all its children."""
        if self._running is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._running.pid, signal.SIGKILL)
        self._running.wait(timeout=10)
        self._running = None


def worker(app: str, *, queues: Sequence[str], name: str, environment: Mapping[str, str], log: Path) -> Group:
    """A prefork worker with one child, as production runs it but for its size."""
    arguments = ["-m", "celery", "-A", app, "worker", "-Q", ",".join(queues), "-c", "1", "-n", f"{name}@%h"]
    arguments += ["--loglevel", "WARNING", "--without-mingle", "--without-gossip"]
    return Group(arguments, environment=environment, log=log)


def clock(app: str, *, folder: Path, environment: Mapping[str, str]) -> Group:
    """Celery beat with its schedule file under ``folder``."""
    arguments = ["-m", "celery", "-A", app, "beat", "--schedule", str(folder / "schedule"), "--loglevel", "WARNING"]
    return Group([*arguments, "--pidfile", ""], environment=environment, log=folder / "clock.log")


def postmen(*, environment: Mapping[str, str], log: Path) -> Group:
    """The parent of the postmen and its children, as production runs them."""
    return Group(["-m", "services.postmen"], environment=environment, log=log)
