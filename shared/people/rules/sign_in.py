"""Mailed links: how long they live. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

LINK_LASTS: Final = timedelta(minutes=10)
"""OWASP ASVS 5.0, 6.5.5."""


def is_open(*, used_at: datetime | None, expires_at: datetime, now: datetime) -> bool:
    """Say whether a link still leads in."""
    return used_at is None and now < expires_at
