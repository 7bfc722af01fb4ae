"""How long the demo takes to its first page, and what it weighs at rest: in the command's own words."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

from stack.places import CHECKOUT

READY = re.compile(r"Ready after ([0-9.]+) s")
MEMORY = re.compile(r"Memory of all [0-9]+ processes: ([0-9]+) MB")


class Starting:
    """The demo in a directory of its own, started on nothing, and again on what it made."""

    def __init__(self, folder: Path) -> None:
        self._state = folder / "demo"
        self._log = folder / "demo.log"
        self.megabytes: list[float] = []

    def first_seconds(self) -> float:
        """Start on nothing: cluster, schema, the demo's people and Reader."""
        self._run("--fresh")
        return self._figure(READY)

    def again_seconds(self) -> float:
        """Start on what is there; note the memory of all processes at rest."""
        self._run()
        self.megabytes.append(self._figure(MEMORY))
        return self._figure(READY)

    def _run(self, *arguments: str) -> None:
        """Run the demo until it has said how much memory it takes, then stop it as Ctrl-C does."""
        environment = os.environ | {"ACADEMY_STATE": str(self._state), "ACADEMY_STARTED_AT": str(time.time())}
        environment.pop("SMTP_URL", None)
        command = [sys.executable, "-m", "stack.command_line", "demo", "--port", "0", *arguments]
        with self._log.open("wb") as log:
            process = subprocess.Popen(
                command, cwd=CHECKOUT, env=environment, stdout=log, stderr=log, start_new_session=True
            )
        try:
            until = time.monotonic() + 180
            while not MEMORY.search(self._words()):
                if process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(f"the demo did not start:\n{self._words()[-2000:]}")
                time.sleep(0.2)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=90)

    def _words(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")

    def _figure(self, pattern: re.Pattern[str]) -> float:
        found = pattern.search(self._words())
        if found is None:
            raise RuntimeError(f"the demo did not say {pattern.pattern!r}")
        return float(found[1])
