"""Says whether the container it runs in is well; Docker asks every few seconds, so it imports next to nothing.

``python -m stack.operating.container_health http 8000`` asks a service whether it is ready.
``python -m stack.operating.container_health alive`` looks whether the worker or the clock did something lately.
"""

from __future__ import annotations

import os
import socket
import sys
import time
from pathlib import Path

from shared.signs_of_life import ALIVE_FILE, SECONDS_OF_SILENCE

_ANSWER_SECONDS = 4.0


def service_is_ready(port: int) -> bool:
    """Tell whether the service on this port answers ``/readyz`` with 200."""
    question = b"GET /readyz HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n"
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=_ANSWER_SECONDS) as connection:
            connection.settimeout(_ANSWER_SECONDS)
            connection.sendall(question)
            status = connection.makefile("rb").readline()
    except OSError:
        return False
    return b" 200 " in status


def showed_life(path: Path, *, now: float) -> bool:
    """Tell whether the file was touched less than a minute before ``now``, in seconds since the epoch."""
    try:
        return now - path.stat().st_mtime < SECONDS_OF_SILENCE
    except FileNotFoundError:
        return False


def main(arguments: list[str]) -> int:
    """Return 0 for well and 1 for ill, as Docker's health checks have it."""
    match arguments:
        case ["http", port]:
            well = service_is_ready(int(port))
        case ["alive"]:
            well = showed_life(Path(os.environ[ALIVE_FILE]), now=time.time())
        case _:
            sys.stderr.write(f"{__doc__}\n")
            return 2
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
