"""How long a file takes on a slow line."""

from __future__ import annotations

from math import ceil
from typing import Final

SLOW_LINE: Final = 64_000
"""Bits per second of the line we plan for."""


def seconds_on_slow_line(size: int) -> int:
    """Return the whole seconds that ``size`` bytes need, rounded up; at least one."""
    return max(1, ceil(size * 8 / SLOW_LINE))


def minutes_on_slow_line(size: int) -> int:
    """Return the whole minutes that ``size`` bytes need at 64 kbit/s, rounded up; at least one."""
    return ceil(seconds_on_slow_line(size) / 60)
