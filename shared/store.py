"""Where bytes live: write-once files named by their SHA-256.

A folder, or a bucket of an object store (:mod:`.bucket`). Both keep a stream under a hash they learn while writing, and
say in which way the gateway delivers the bytes.
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

from shared.errors import Invalid
from shared.words.sentences import _l

PIECE: Final = 256 * 1024
"""Bytes read at a time; memory stays flat whatever the size."""
INTERNAL: Final = "/_files/"
"""The gateway's internal location; its root is the store's folder."""


class FileEmpty(Invalid):
    """Nothing arrived."""

    title = _l("The file is empty")


class FileTooLarge(Invalid):
    """More bytes than one file may have."""

    title = _l("The file is too large")

    def __init__(self, *, limit: int) -> None:
        detail = _l("One file may have at most %(megabytes)s MB.", megabytes=limit // 1_000_000)
        super().__init__(detail, errors={"file": detail})


class StoreUnknown(Exception):  # noqa: N818 - stops the start, is never shown to a person
    """STORE_URL names no kind of store that this program has."""


Check: TypeAlias = Callable[[BinaryIO], None]


def any_file(_file: BinaryIO) -> None:
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

    def keep(
        self, pieces: Iterable[bytes], *, limit: int, modified_at: datetime, check: Check = any_file
    ) -> StreamStored:
        """Write the stream once; keeping the same bytes again changes nothing, unless what is there is damaged.

        ``check`` reads the whole of it before it gets its name, and may raise. Durable when it returns. Refuses with
        :class:`FileTooLarge` beyond ``limit`` bytes. What is refused leaves nothing behind.
        ``modified_at`` becomes the file's Last-Modified when it is new.
        """

    def prepare(self) -> None:
        """Make the place where files lie, where there is none yet."""

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
    """Files under ``ab/abcdef…`` in one folder of a local disk. ``room`` is that folder's path below the store's."""

    def __init__(self, folder: Path, *, room: str = "", abandoned_after: float = ABANDONED_SECONDS) -> None:
        self.folder = folder / room
        self._within = f"{INTERNAL}{room}/" if room else INTERNAL
        self._abandoned_after = abandoned_after

    @property
    def scratch(self) -> Path:
        """Return the folder beside the files."""
        return self.folder / "scratch"

    def _path(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / sha256

    def keep(
        self, pieces: Iterable[bytes], *, limit: int, modified_at: datetime, check: Check = any_file
    ) -> StreamStored:
        """Write to a temporary file, sync it, then name it: a crash leaves a whole file or none under the hash."""
        coming = self.folder / "incoming"
        with arriving(coming, pieces, limit=limit, check=check, abandoned_after=self._abandoned_after) as (path, kept):
            second = int(modified_at.timestamp())
            os.utime(path, (second, second))
            path.chmod(0o644)  # the gateway's workers read it under their own user
            with path.open("rb") as file:
                os.fsync(file.fileno())
            self._name(path, kept.sha256)
        return kept

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

    def prepare(self) -> None:
        """Make the folder."""
        self.folder.mkdir(parents=True, exist_ok=True)

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
        return InternalPath(f"{self._within}{sha256[:2]}/{sha256}")

    def reading(self, sha256: str) -> BinaryIO:
        """Open the file."""
        return self._path(sha256).open("rb")

    @contextmanager
    def at_hand(self, sha256: str) -> Iterator[Path]:
        """Lend the file itself."""
        yield self._path(sha256).resolve(strict=True)


@contextmanager
def arriving(
    folder: Path,
    pieces: Iterable[bytes],
    *,
    limit: int,
    check: Check = any_file,
    abandoned_after: float = ABANDONED_SECONDS,
) -> Iterator[tuple[Path, StreamStored]]:
    """Write the stream to a file of ``folder`` that lasts as long as the block, hashed and checked; see ``keep``."""
    folder.mkdir(parents=True, exist_ok=True)
    _sweep(folder, abandoned_after=abandoned_after)
    descriptor, name = tempfile.mkstemp(dir=folder)
    path, digest, size = Path(name), hashlib.sha256(), 0
    try:
        with os.fdopen(descriptor, "wb") as file:
            for piece in pieces:
                size += len(piece)
                if size > limit:
                    raise FileTooLarge(limit=limit)
                digest.update(piece)
                file.write(piece)
        with path.open("rb") as written:
            check(written)
        yield path, StreamStored(sha256=digest.hexdigest(), size=size)
    finally:
        path.unlink(missing_ok=True)


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
def store_at(url: str, room: str = "") -> Store:
    """Return the store that ``url`` names: ``file:///folder``, or ``s3://bucket/prefix``.

    A ``room`` of it has files that are counted by themselves.
    """
    parts = urlsplit(url)
    if parts.scheme == "s3" and parts.netloc:
        from shared.bucket import BucketStore  # late: it brings a library of its own

        scratch = Path(os.environ.get("STORE_SCRATCH") or Path(tempfile.gettempdir()) / "academy-store")
        prefix = "/".join(filter(None, (parts.path.strip("/"), room)))
        return BucketStore(parts.netloc, prefix, scratch=scratch / room)
    if parts.scheme != "file" or parts.netloc not in {"", "localhost"}:
        raise StoreUnknown(url)
    return FolderStore(Path(unquote(parts.path)), room=room)


def hash_of(pieces: Iterable[bytes]) -> str:
    """Return the SHA-256 of a stream, in hexadecimal digits."""
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()


def pieces_of(stream: BinaryIO) -> Iterator[bytes]:
    """Read ``stream`` to its end, a piece at a time."""
    while piece := stream.read(PIECE):
        yield piece
