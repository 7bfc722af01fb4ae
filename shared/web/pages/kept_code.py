"""What templates were compiled to, kept for all environments of a process and for the processes forked from it.

Compiling the pages of one visit takes a fresh process longer than twenty visits, and each would keep a copy of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jinja2 import BytecodeCache

if TYPE_CHECKING:
    from types import CodeType

    from jinja2.bccache import Bucket

kept: Final[dict[tuple[str, str, str], CodeType]] = {}


class KeptCode(BytecodeCache):
    """Keeps code by what it was compiled from; environments of one ``kind`` compile alike."""

    def __init__(self, kind: str) -> None:
        self._kind = kind

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give the bucket its code, if it was ever compiled here or before the fork."""
        bucket.code = kept.get((self._kind, bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code of the bucket."""
        if bucket.code is not None:
            kept[self._kind, bucket.key, bucket.checksum] = bucket.code
