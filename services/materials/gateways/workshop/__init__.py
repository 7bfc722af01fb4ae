"""Where files are taken apart: a child with bounded memory and time, since whoever uploads decides what it parses.

The worker that starts it loads no PDF library. The child is told a path, a folder and no secret; what kills it is
named, and the upload stays as it is.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from services.materials.rules.makings import Trouble

log = logging.getLogger(__name__)
ROOT: Final = Path(__file__).parents[4]
_SAID: Final = 2000
_PASSED_ON: Final = ("PATH", "TMPDIR", "LANG", "HOME", "SYSTEMROOT")
_MEMORY_SIGNALS: Final = frozenset({signal.SIGKILL, signal.SIGXCPU, signal.SIGABRT, signal.SIGXFSZ})
"""What the kernel, or the C++ library that got no memory, ends the child with when a bound is reached."""


@dataclass(frozen=True)
class Bounds:
    """What one step may take: bytes of memory and of each file written, seconds of processor and of waiting.

    ``slice_seconds``: after so long a step of many pages pauses, to be continued by the next.
    """

    memory: int = 1_200_000_000
    file: int = 400_000_000
    processor_seconds: int = 30
    seconds: int = 40
    slice_seconds: float = 12.0


class Spoiled(Exception):  # noqa: N818 - a finding about the file, said to the librarian
    """A file that could not be taken apart, and why."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble)
        self.trouble: Trouble = trouble


@dataclass(frozen=True)
class Piece:
    """What a step leaves behind: its word, and the folder with the files the word names."""

    word: Mapping[str, Any]
    folder: Path


class Workshop:
    """Runs one step at a time."""

    def __init__(self, bounds: Bounds | None = None) -> None:
        self.bounds = bounds or Bounds()

    @contextmanager
    def step(self, name: str, source: Path, **told: object) -> Iterator[Piece]:
        """Run the step ``name`` of :mod:`.steps` on ``source``; the files last as long as the block.

        Raises :class:`Spoiled` when the file is locked or broken, or when the child reached a bound.
        """
        with TemporaryDirectory(prefix="academy-making-") as made:
            folder = Path(made)
            order = {"step": name, "source": str(source), "folder": made, "told": told}
            order["bounds"] = self.bounds.__dict__
            self._run(order)
            word = json.loads((folder / "word.json").read_bytes())
            if "trouble" in word:
                raise Spoiled(word["trouble"])
            yield Piece(word, folder)

    def _run(self, order: Mapping[str, object]) -> None:
        command = [sys.executable, "-m", "services.materials.gateways.workshop"]
        told = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        child = subprocess.Popen(  # noqa: S603 - our own module, and no word of it comes from outside
            command,
            cwd=ROOT,
            env={**told, "PYTHONPATH": str(ROOT), "MALLOC_ARENA_MAX": "2"},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            _nothing, said = child.communicate(json.dumps(order).encode(), timeout=self.bounds.seconds)
        except subprocess.TimeoutExpired as late:
            raise Spoiled("heavy") from late
        finally:
            if child.poll() is None:
                child.kill()
                child.communicate()
        if child.returncode < 0:
            raise Spoiled("heavy" if -child.returncode in _MEMORY_SIGNALS else "broken")
        if said:
            log.warning("a file was not taken apart: %s", said[-_SAID:].decode(errors="replace"))
        if child.returncode:
            message = f"the workshop could not begin: exit code {child.returncode}"
            raise RuntimeError(message)
