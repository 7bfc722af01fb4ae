"""Asks a clamd whether a file is harmful: its INSTREAM, as ``clamd(8)`` describes it.

Twenty lines of protocol; the client libraries for Python rest since 2014 or bring a command line along.
"""

from __future__ import annotations

import socket
import struct
from typing import TYPE_CHECKING, BinaryIO, Final
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

PORT: Final = 3310
_PIECE: Final = 64 * 1024
_PATIENCE: Final = 30.0
"""Seconds for each step: within what a request may take."""
_MOST_SAID: Final = 4096


class ScannerAway(Exception):  # noqa: N818 - a state of the world, said in words by whoever asked
    """It does not answer, or not as a clamd does."""


def clamav_address(value: str) -> str:
    """Accept the address of a clamd, or nothing; else raise ValueError with a sentence."""
    parts = urlsplit(value)
    known = (parts.scheme == "tcp" and parts.hostname) or (parts.scheme == "unix" and parts.path.startswith("/"))
    if value and not known:
        raise ValueError("is not an address such as tcp://127.0.0.1:3310 or unix:///run/clamav/clamd.ctl")
    return value


def harm_in(url: str, file: BinaryIO) -> str | None:
    """Return the name under which clamd at ``url`` knows the rest of ``file`` as harmful, or None.

    Raises :class:`ScannerAway`.
    """
    try:
        with _connected(url) as line:
            line.sendall(b"zINSTREAM\0")
            while piece := file.read(_PIECE):
                line.sendall(struct.pack("!L", len(piece)) + piece)
            line.sendall(struct.pack("!L", 0))
            said = _answer(line)
    except OSError as error:
        raise ScannerAway(str(error)) from error
    if said == "stream: OK":
        return None
    if said.startswith("stream: ") and said.endswith(" FOUND"):
        return said.removeprefix("stream: ").removesuffix(" FOUND")
    raise ScannerAway(said)


def _connected(url: str) -> AbstractContextManager[socket.socket]:
    parts = urlsplit(url)
    if parts.scheme == "tcp":
        return socket.create_connection((parts.hostname or "", parts.port or PORT), timeout=_PATIENCE)
    line = socket.socket(socket.AF_UNIX)
    line.settimeout(_PATIENCE)
    try:
        line.connect(unquote(parts.path))
    except OSError:
        line.close()
        raise
    return line


def _answer(line: socket.socket) -> str:
    said = b""
    while not said.endswith(b"\0") and len(said) < _MOST_SAID and (piece := line.recv(_MOST_SAID)):
        said += piece
    return said.rstrip(b"\0\n").decode("utf-8", "replace")
