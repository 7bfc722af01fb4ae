"""How long a session lasts, by the means of signing in (NIST SP 800-63B-4, 5.2: idle and absolute limits)."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

ABSOLUTE: Final = {"link": timedelta(days=60), "staff": timedelta(hours=12)}
"""How long a session lives at most."""
IDLE: Final = {"link": timedelta(days=14), "staff": timedelta(hours=2)}
"""How long a session lives without being seen."""
SEEN_AFTER: Final = {"link": timedelta(hours=12), "staff": timedelta(minutes=5)}
"""How old the last sighting must be before registration writes a new one."""
