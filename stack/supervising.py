"""Supervisor, with logs that cannot hurt it: ``python -m stack.supervising -n -c supervisord.conf``.

Supervisor itself ends, or stops listening to a part, when a line of its logs cannot be written. A disk that is full for
a while must cost lines and nothing else.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from supervisor import loggers
from supervisor.supervisord import main


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


loggers.RotatingFileHandler = ForgivingHandler

if __name__ == "__main__":
    main()
