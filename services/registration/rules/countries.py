from __future__ import annotations

from functools import lru_cache
from typing import Final

from babel import Locale
from babel.core import get_global

NOT_COUNTRIES: Final = frozenset({"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"})
"""Two-letter codes of CLDR that ISO 3166-1 does not assign. XK (user-assigned) stays: people live there."""

COUNTRIES: Final = frozenset(
    code
    for code in map(str, Locale("en").territories)
    if len(code) == 2 and code.isalpha() and code not in NOT_COUNTRIES  # noqa: PLR2004 - alpha-2
)


@lru_cache(maxsize=1)
def _zones_by_country() -> dict[str, list[str]]:
    zones: dict[str, list[str]] = {}
    for zone, territory in get_global("zone_territories").items():
        if "/" in zone and not zone.startswith("Etc/"):
            zones.setdefault(territory, []).append(zone)
    return zones


def time_zone_of(country: str) -> str | None:
    """Return the time zone of a country that has only one, else None: a guess that the person can change."""
    zones = _zones_by_country().get(country, [])
    return zones[0] if len(zones) == 1 else None
