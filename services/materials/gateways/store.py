"""Where bytes live: write-once files named by their SHA-256.

A folder for now. The protocol says nothing of folders, so that an object store can take its place: it keeps a stream
under a hash it learns while writing, and it says in which way the bytes are delivered.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import BinaryIO, Final, Protocol, TypeAlias
from urllib.parse import unquote, urlsplit

from services.materials.errors import FileTooLarge, StoreUnknown

PIECE: Final = 256 * 1024
"""Bytes read at a time; memory stays flat whatever the size."""
INTERNAL: Final = "/_files/"
"""The gateway's internal location; its root is the store's folder."""


Check: TypeAlias = Callable[[BinaryIO], None]


def _any(_file: BinaryIO) -> None:
    """Take whatever comes."""


@dataclass(frozen=True)
class StreamStored:
    """What the store learned about a stream while writing it."""

    sha256: str
    size: int


@dataclass(frozen=True)
class InternalPath:
    """The gateway delivers the bytes itself when it is given this path (X-Accel-Redirect)."""

    path: str


class Store(Protocol):
    """Keeps files under the SHA-256 of their bytes. What is kept is never changed."""

    @property
    def scratch(self) -> Path:
        """A folder for what is on its way in, seen by all who serve this store."""

    def keep(self, pieces: Iterable[bytes], *, limit: int, modified_at: datetime, check: Check = _any) -> StreamStored:
        """Write the stream once; keeping the same bytes again changes nothing, unless what is there is damaged.

        ``check`` reads the whole of it before it gets its name, and may raise. Durable when it returns. Refuses with
        :class:`FileTooLarge` beyond ``limit`` bytes. What is refused leaves nothing behind.
        ``modified_at`` becomes the file's Last-Modified when it is new.
        """

    def modified_at(self, sha256: str) -> float | None:
        """Return when the file was kept, in seconds since 1970, or None when it is not there."""

    def size(self, sha256: str) -> int | None:
        """Return how many bytes are there under the hash, or None when none are."""

    def strays(self, *, untouched_for: timedelta) -> Iterator[str]:
        """Yield what is kept and was not stored again for so long; who asks knows which of it has a row."""

    def drop(self, sha256: str) -> None:
        """Let a file go; nothing happens when it is not there."""

    def delivery(self, sha256: str) -> InternalPath:
        """Say in which way the bytes reach a reader who may have them."""

    def reading(self, sha256: str) -> BinaryIO:
        """Open the bytes for reading; FileNotFoundError when they are not there."""

    def at_hand(self, sha256: str) -> AbstractContextManager[Path]:
        """Lend the bytes as a file of this machine, to be read only; FileNotFoundError when they are not there."""


_SHA256: Final = re.compile("[0-9a-f]{64}")
ABANDONED_SECONDS: Final = 86_400.0
"""Nobody sends one file for a day."""


class FolderStore:
    """Files under ``ab/abcdef…`` in one folder of a local disk."""

    def __init__(self, folder: Path, *, abandoned_after: float = ABANDONED_SECONDS) -> None:
        self.folder = folder
        self._abandoned_after = abandoned_after

    @property
    def scratch(self) -> Path:
        """Return the folder beside the files."""
        return self.folder / "scratch"

    def _path(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / sha256

    def keep(self, pieces: Iterable[bytes], *, limit: int, modified_at: datetime, check: Check = _any) -> StreamStored:
        """Write to a temporary file, sync it, then name it: a crash leaves a whole file or none under the hash."""
        with self._unnamed() as (scratch, file):
            digest, size = hashlib.sha256(), 0
            for piece in pieces:
                size += len(piece)
                if size > limit:
                    raise FileTooLarge(limit=limit)
                digest.update(piece)
                file.write(piece)
            file.flush()
            with scratch.open("rb") as written:
                check(written)
            second = int(modified_at.timestamp())
            os.utime(scratch, (second, second))
            scratch.chmod(0o644)  # the gateway's workers read it under their own user
            os.fsync(file.fileno())
            self._name(scratch, digest.hexdigest())
        return StreamStored(sha256=digest.hexdigest(), size=size)

    @contextmanager
    def _unnamed(self) -> Iterator[tuple[Path, BinaryIO]]:
        coming = self.folder / "incoming"
        coming.mkdir(parents=True, exist_ok=True)
        _sweep(coming, abandoned_after=self._abandoned_after)
        descriptor, name = tempfile.mkstemp(dir=coming)
        scratch = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                yield scratch, file
        finally:
            scratch.unlink(missing_ok=True)

    def _name(self, scratch: Path, sha256: str) -> None:
        target = self._path(sha256)
        target.parent.mkdir(exist_ok=True)
        try:
            os.link(scratch, target)
        except FileExistsError:  # the same bytes are there already: written once, so they stay while they are whole
            if _is_whole(target, sha256):
                known = target.stat()
                os.utime(target, ns=(known.st_atime_ns, known.st_mtime_ns))  # it was stored again: no stray
            else:
                scratch.replace(target)
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)  # the name must survive a power cut, too
        finally:
            os.close(folder)

    def modified_at(self, sha256: str) -> float | None:
        """Return the file's modification time, or None when it is not there."""
        try:
            return self._path(sha256).stat().st_mtime
        except FileNotFoundError:
            return None

    def size(self, sha256: str) -> int | None:
        """Return the file's size, or None when it is not there."""
        try:
            return self._path(sha256).stat().st_size
        except FileNotFoundError:
            return None

    def strays(self, *, untouched_for: timedelta) -> Iterator[str]:
        """Yield them folder by folder, by the time of the disk."""
        oldest = time.time() - untouched_for.total_seconds()
        for folder in sorted(self.folder.glob("??")):
            for path in sorted(folder.iterdir()):
                with suppress(FileNotFoundError):
                    if _SHA256.fullmatch(path.name) and path.stat().st_ctime < oldest:
                        yield path.name

    def drop(self, sha256: str) -> None:
        """Delete the file; who reads it at the moment reads it to its end."""
        self._path(sha256).unlink(missing_ok=True)

    def delivery(self, sha256: str) -> InternalPath:
        """Return the path below the gateway's internal location."""
        return InternalPath(f"{INTERNAL}{sha256[:2]}/{sha256}")

    def reading(self, sha256: str) -> BinaryIO:
        """Open the file."""
        return self._path(sha256).open("rb")

    @contextmanager
    def at_hand(self, sha256: str) -> Iterator[Path]:
        """Lend the file itself."""
        yield self._path(sha256).resolve(strict=True)


def _sweep(folder: Path, *, abandoned_after: float) -> None:
    """Delete what uploads left whose process was killed, by the time of the disk: their own may be set to another."""
    oldest = time.time() - abandoned_after
    for left in folder.iterdir():
        with suppress(FileNotFoundError):
            if left.stat().st_ctime < oldest:
                left.unlink()


def _is_whole(path: Path, sha256: str) -> bool:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256


@cache
def store_at(url: str) -> Store:
    """Return the store that ``url`` names; only ``file:///…`` is known."""
    parts = urlsplit(url)
    if parts.scheme != "file" or parts.netloc not in {"", "localhost"}:
        raise StoreUnknown(url)
    return FolderStore(Path(unquote(parts.path)))


def pieces_of(stream: BinaryIO) -> Iterator[bytes]:
    """Read ``stream`` to its end, a piece at a time."""
    while piece := stream.read(PIECE):
        yield piece
