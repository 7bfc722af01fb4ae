"""Which mail was on the wire, to the letter, in a file of twenty bytes per sender.

Written through shared memory before each message: no system call, and what is written outlives the process, however it
dies. Only the machine's own end loses it. Then the sender's row in PostgreSQL counts, which is less exact.
"""

from __future__ import annotations

import mmap
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Final
from uuid import UUID

_ID: Final = 16
_SIZE: Final = 20


class LocalNotes:
    """The folder of such files, the same for all senders of this machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def open(self, token: UUID) -> mmap.mmap:
        """Return the memory of a new sender's file."""
        path = self._folder / str(token)
        path.write_bytes(bytes(_SIZE))
        with path.open("r+b") as file:
            return mmap.mmap(file.fileno(), _SIZE)

    def on_wire(self, token: UUID) -> UUID | None:
        """Return the delivery that a dead sender began last; None when this machine does not know."""
        try:
            written = (self._folder / str(token)).read_bytes()
        except OSError:
            return None
        name = written[:_ID]
        whole = any(name) and written[_ID:_SIZE] == checksum(name)  # it may have died while it wrote
        return UUID(bytes=name) if whole else None

    def forget(self, token: UUID) -> None:
        """Remove the file of a sender whose mail is settled. Never raises."""
        with suppress(OSError):
            (self._folder / str(token)).unlink(missing_ok=True)


def checksum(name: bytes) -> bytes:
    """Return the four bytes that go behind an id."""
    return zlib.crc32(name).to_bytes(4, "big")
