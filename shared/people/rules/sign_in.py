"""Mailed links: when they still lead in. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Final

NAME: Final = 16
"""Characters of a session's hash that tell it from the person's others; nothing opens with them."""


def is_open(*, used_at: datetime | None, expires_at: datetime, now: datetime) -> bool:
    """Say whether a link still leads in."""
    return used_at is None and now < expires_at
