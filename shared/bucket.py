"""Files in a bucket of an object store that speaks S3, under the same names as in a folder.

Where it is and who we are is said by the variables that all S3 programs read: ``AWS_ENDPOINT_URL``, ``AWS_REGION``,
``AWS_ACCESS_KEY_ID``, ``AWS_SECRET_ACCESS_KEY``.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO, Final
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import obstore
from obstore.store import S3Store

from shared.store import Check, InternalPath, StreamStored, any_file, arriving, hash_of

INTERNAL: Final = "/_bucket"
"""The gateway's internal location that fetches from the bucket by a signed address."""
SIGNED_FOR: Final = timedelta(minutes=5)
"""The gateway asks at once; so much may its clock differ."""
FRESH: Final = timedelta(hours=1)
"""What is older is stored once more, so that it has the time of the last upload."""
NAME: Final = re.compile("[0-9a-f]{64}")
_PART: Final = 8 * 1024 * 1024
_PARTS_AT_ONCE: Final = 4


class BucketStore:
    """Objects ``ab/abcdef…`` below a prefix. What is under way passes through ``scratch`` on a local disk."""

    def __init__(self, bucket: str, prefix: str, *, scratch: Path) -> None:
        plain = os.environ.get("AWS_ENDPOINT_URL", "").startswith("http://")
        self._bucket = S3Store(bucket, client_options={"allow_http": plain, "connect_timeout": timedelta(seconds=5)})
        self._prefix = f"{prefix}/" if prefix else ""
        self._scratch = scratch

    @property
    def scratch(self) -> Path:
        """Return the folder on a local disk; with several machines in front, one that all of them see."""
        return self._scratch

    def _key(self, sha256: str) -> str:
        return f"{self._prefix}{sha256[:2]}/{sha256}"

    def keep(
        self,
        pieces: Iterable[bytes],
        *,
        limit: int,
        modified_at: datetime,  # noqa: ARG002 - a bucket dates its objects itself
        check: Check = any_file,
    ) -> StreamStored:
        """Write to the local disk, then to the bucket in parts: an object is there whole or not at all."""
        with arriving(self._scratch / "incoming", pieces, limit=limit, check=check) as (path, kept):
            if not self._is_fresh(kept):
                key = self._key(kept.sha256)
                obstore.put(self._bucket, key, path, chunk_size=_PART, max_concurrency=_PARTS_AT_ONCE)
        return kept

    def prepare(self) -> None:
        """Make the bucket; one of ours that is there already stays (S3 says 200 or 409)."""
        signed = obstore.sign(self._bucket, "PUT", "", SIGNED_FOR)
        asked = Request(signed, method="PUT")  # noqa: S310 - an address that we signed for http or https
        try:
            urlopen(asked, timeout=30).close()  # noqa: S310 - as above
        except HTTPError as refusal:
            if refusal.code != HTTPStatus.CONFLICT:
                raise

    def modified_at(self, sha256: str) -> float | None:
        """Return when the object was made, or None when it is not there."""
        try:
            return obstore.head(self._bucket, self._key(sha256))["last_modified"].timestamp()
        except FileNotFoundError:
            return None

    def size(self, sha256: str) -> int | None:
        """Return the object's size, or None when it is not there."""
        try:
            return obstore.head(self._bucket, self._key(sha256))["size"]
        except FileNotFoundError:
            return None

    def strays(self, *, untouched_for: timedelta) -> Iterator[str]:
        """Yield what is kept and was not stored again for so long, by the bucket's clock."""
        oldest = datetime.now(UTC) - untouched_for
        for batch in obstore.list(self._bucket, self._prefix or None):
            for found in batch:
                name = found["path"].rpartition("/")[-1]
                if NAME.fullmatch(name) and found["path"] == self._key(name) and found["last_modified"] < oldest:
                    yield name

    def drop(self, sha256: str) -> None:
        """Delete the object; nothing happens when it is not there."""
        with suppress(FileNotFoundError):
            obstore.delete(self._bucket, self._key(sha256))

    def delivery(self, sha256: str) -> InternalPath:
        """Return the path below the gateway's internal location: the object's signed address without its origin."""
        signed = urlsplit(obstore.sign(self._bucket, "GET", self._key(sha256), SIGNED_FOR))
        return InternalPath(f"{INTERNAL}{signed.path}?{signed.query}")

    def reading(self, sha256: str) -> BinaryIO:
        """Lend a copy on the local disk that goes when it is closed."""
        self._scratch.mkdir(parents=True, exist_ok=True)
        copy = tempfile.TemporaryFile(dir=self._scratch)  # noqa: SIM115 - it is lent
        try:
            for piece in self._pieces(sha256):
                copy.write(piece)
        except BaseException:
            copy.close()
            raise
        copy.seek(0)
        return copy

    @contextmanager
    def at_hand(self, sha256: str) -> Iterator[Path]:
        """Lend a copy on the local disk."""
        self._scratch.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self._scratch) as copy:
            for piece in self._pieces(sha256):
                copy.write(piece)
            copy.flush()
            yield Path(copy.name)

    def _is_fresh(self, kept: StreamStored) -> bool:
        """Say whether the object is whole, and so young that nobody takes it for a stray while its row is written."""
        made = self.modified_at(kept.sha256)
        young = made is not None and made > datetime.now(UTC).timestamp() - FRESH.total_seconds()
        is_there = young and self.size(kept.sha256) == kept.size
        return is_there and hash_of(self._pieces(kept.sha256)) == kept.sha256

    def _pieces(self, sha256: str) -> Iterator[bytes]:
        for piece in obstore.get(self._bucket, self._key(sha256)).stream(min_chunk_size=_PART):
            yield bytes(piece)
