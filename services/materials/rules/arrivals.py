from __future__ import annotations

from typing import NamedTuple
from uuid import UUID


class Destination(NamedTuple):
    """Where a file belongs in its release. ``chapter_id`` None: the whole work."""

    language: str
    format: str
    chapter_id: UUID | None
