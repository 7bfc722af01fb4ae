"""Supervisor, with logs that cannot hurt it and memory for all: ``python -m stack.upkeep.supervising -n -c FILE``.

Supervisor itself ends, or stops listening to a part, when a line of its logs cannot be written. A disk that is full for
a while must cost lines and nothing else.

Parts written in Python are forked from it and not executed, where the system allows (Linux): what they all import is
then in memory once. It imports that before the first of them; programs that stand earlier in the order start meanwhile.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from supervisor import loggers, supervisord
from supervisor.options import ServerOptions

from stack.upkeep import common_ground
from stack.upkeep.becoming import be_forked
from stack.upkeep.supervision import BECOMING


class ForgivingHandler(loggers.RotatingFileHandler):  # type: ignore[misc]  # the package has no types
    """Writes to a rotated file; drops what the disk does not take."""

    def emit(self, record: Any) -> None:
        """Write one record, or not."""
        try:
            super().emit(record)
        except (OSError, ValueError):  # ValueError: rotating left the file closed
            self._open_again()

    def handleError(self) -> None:  # noqa: N802 - Supervisor's name
        """Say nothing of a line that was lost: where it would be said, there is no space either."""

    def _open_again(self) -> None:
        with suppress(OSError, ValueError):
            self.stream.close()
        with suppress(OSError):
            self.stream: Any = open(self.baseFilename, "ab")  # noqa: PTH123, SIM115 - as Supervisor opens it


class ForkingOptions(ServerOptions):  # type: ignore[misc]  # the package has no types
    """Supervisor's conversation with the system, in which a part in Python is forked and nothing is executed."""

    _is_prepared = False

    def check_execv_args(self, filename: str, argv: Sequence[str], status: Any) -> None:
        """Look at what is about to be started, before the fork; import what parts in Python share before the first."""
        super().check_execv_args(filename, argv, status)
        if _is_python_part(argv) and not self._is_prepared:
            self._is_prepared = True
            for failure in common_ground.prepare():
                self.logger.warn(failure)  # noqa: G010 - a logger of its own

    def execve(self, filename: str, argv: Sequence[str], env: Mapping[str, str]) -> None:
        """Become what was to be executed, in the forked process."""
        if _is_python_part(argv):
            be_forked(Path(argv[-1]))
        super().execve(filename, argv, env)


def _is_python_part(argv: Sequence[str]) -> bool:
    return tuple(argv[:-1]) == BECOMING


loggers.RotatingFileHandler = ForgivingHandler
if sys.platform == "linux":
    supervisord.ServerOptions = ForkingOptions

if __name__ == "__main__":
    supervisord.main()
