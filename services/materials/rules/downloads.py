"""What counts as a download."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

DOUBLE_CLICK: Final = timedelta(seconds=30)
"""COUNTER 5.1, 7.2: requests of one person for one thing within 30 seconds are one, and the window slides."""
