from __future__ import annotations

from functools import lru_cache

from babel.core import get_global


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
