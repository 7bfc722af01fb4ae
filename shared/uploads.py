"""Uploads that go on where they stopped: what has come lies in a folder, and its length is the truth.

The words of tus 1.0.0 (https://tus.io/protocols/resumable-upload), core with creation, termination and expiration, are
spoken by whoever owns the routes; this keeps the bytes. A folder that several machines share works as well.
"""

from __future__ import annotations

import fcntl
import json
import os
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Final
from uuid import UUID

from shared.errors import Conflict, Invalid, NotFound
from shared.schema.base import new_id
from shared.words.sentences import _l

LASTS: Final = timedelta(days=2)
"""An upload that got no byte for so long is not continued."""
TUS: Final = "1.0.0"


class UploadUnknown(NotFound):
    """It was never begun, is over, or waited too long."""

    title = _l("There is no such upload; begin it again")


class OffsetWrong(Conflict):
    """What is sent does not begin where what has come ends."""

    title = _l("The upload stands at another place; ask where, and go on from there")


class UploadMisstated(Invalid):
    """The length or the metadata cannot be read."""

    title = _l("The length or the metadata of the upload cannot be read")


@dataclass(frozen=True)
class Upload:
    """One that was begun. ``said`` is its metadata; ``about`` the id of what it is for; sizes in bytes."""

    id: UUID
    about: UUID
    owner: UUID
    length: int
    offset: int
    said: Mapping[str, str]
    expires_at: datetime

    @property
    def is_whole(self) -> bool:
        """Whether all of it has come."""
        return self.offset == self.length


def read_metadata(header: str) -> dict[str, str]:
    """Return what ``Upload-Metadata`` says: ``key base64, key base64``; refuses with :class:`UploadMisstated`."""
    said = {}
    for pair in filter(None, (part.strip() for part in header.split(","))):
        key, _, value = pair.partition(" ")
        try:
            said[key] = b64decode(value, validate=True).decode("utf-8").replace("\0", "")
        except (NotBase64, ValueError) as error:
            raise UploadMisstated from error
    return said


class Incoming:
    """The uploads that are on their way, in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def begin(self, *, about: UUID, owner: UUID, length: int, said: Mapping[str, str], now: datetime) -> Upload:
        """Begin an upload of ``length`` bytes; those that waited too long are let go on the way."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._let_go(now)
        upload_id = new_id()
        told = {"about": str(about), "owner": str(owner), "length": length, "said": dict(said)}
        self._bytes(upload_id).touch()
        self._word(upload_id).write_text(json.dumps(told), encoding="utf-8")
        return self.find(upload_id, about=about, owner=owner)

    def find(self, upload_id: UUID, *, about: UUID, owner: UUID) -> Upload:
        """Return the upload as it stands; refuses with :class:`UploadUnknown` what is another's, too."""
        try:
            told = json.loads(self._word(upload_id).read_text(encoding="utf-8"))
            state = self._bytes(upload_id).stat()
        except FileNotFoundError as error:
            raise UploadUnknown from error
        if (told["about"], told["owner"]) != (str(about), str(owner)):
            raise UploadUnknown
        touched = datetime.fromtimestamp(state.st_mtime).astimezone()
        return Upload(upload_id, about, owner, told["length"], state.st_size, told["said"], touched + LASTS)

    def append(self, upload: Upload, *, at: int, pieces: Iterable[bytes]) -> int:
        """Add what follows ``at``; return how many bytes there are now. What came before a line broke is kept.

        Refuses with :class:`OffsetWrong` when it stands elsewhere, or somebody else is at it; and what goes beyond
        its length with :class:`UploadMisstated`.
        """
        with self._alone(upload.id) as file:
            offset = file.seek(0, os.SEEK_END)
            if offset != at:
                raise OffsetWrong
            try:
                for piece in pieces:
                    if offset + len(piece) > upload.length:
                        raise UploadMisstated
                    file.write(piece)
                    offset += len(piece)
            finally:
                file.flush()
                os.fsync(file.fileno())
        return offset

    @contextmanager
    def reading(self, upload: Upload) -> Iterator[BinaryIO]:
        """Lend what has come."""
        with self._bytes(upload.id).open("rb") as file:
            yield file

    def end(self, upload: Upload) -> None:
        """Let it go: it has its place, or is not wanted."""
        self._word(upload.id).unlink(missing_ok=True)
        self._bytes(upload.id).unlink(missing_ok=True)

    def _let_go(self, now: datetime) -> None:
        for path in self._folder.glob("*.part"):
            try:
                old = path.stat().st_mtime < (now - LASTS).timestamp()
            except FileNotFoundError:
                continue
            if old:
                path.with_suffix(".json").unlink(missing_ok=True)
                path.unlink(missing_ok=True)

    @contextmanager
    def _alone(self, upload_id: UUID) -> Iterator[BinaryIO]:
        with self._bytes(upload_id).open("r+b") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise OffsetWrong from error
            yield file

    def _bytes(self, upload_id: UUID) -> Path:
        return self._folder / f"{upload_id}.part"

    def _word(self, upload_id: UUID) -> Path:
        return self._folder / f"{upload_id}.json"
