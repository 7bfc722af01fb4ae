"""How a rendition is sent: the headers that travel with its bytes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from services.materials.rules.shelves import Right

SANDBOX: Final = "default-src 'none'; sandbox"
"""Whatever a file contains, opened in the browser it runs nothing and reaches nothing."""
YEAR: Final = timedelta(days=365)


def cache_control(right: Right | None) -> str:
    """Return who may keep the bytes under the rendition's own address: always asked about again.

    ``right`` is None for staff, who see everything by their role.
    """
    return "public, no-cache" if right is not None and right.is_public else "private, no-cache"


def cache_control_of_hash(right: Right, *, now: datetime) -> str:
    """Return how long the public bytes may be kept under their hash: a year, but not beyond the shelf's end."""
    closes_at = right.claim.closes_at
    life = YEAR if closes_at is None else min(YEAR, closes_at - now)
    return f"public, max-age={int(life.total_seconds())}, immutable"
