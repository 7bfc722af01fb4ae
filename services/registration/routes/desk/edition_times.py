"""When applications open and close, as the desk types it: nothing moves that was not touched, nothing is guessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from shared.schema.registration import Edition
from shared.words.languages import zone_of
from shared.words.sentences import _l
from shared.words.wall_clock import Ambiguous, Unreadable, is_shown, read_moment, shown

ENDS_DAY: Final = {"opens_at": False, "closes_at": True}
"""The moments of an edition, and whether a date alone means the end of its day."""
LATER: Final = {"first": False, "second": True}


@dataclass(frozen=True)
class EditionTimes:
    """The moments in UTC, or what is wrong. ``twice`` holds both readings of each time that comes twice."""

    moments: dict[str, datetime] = field(default_factory=dict)
    errors: dict[str, object] = field(default_factory=dict)
    twice: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)


def read_times(typed: Mapping[str, str], *, zone_name: str, kept: Edition | None) -> EditionTimes:
    """Return the moments that were typed, in the zone chosen beside them.

    A time that reads as the kept one is the kept one, to its last fraction. Where the zone changes and a time does
    not, ``zone_means`` says whether its clock stays (``clock``) or its moment (``instant``); it is asked for.
    """
    found = EditionTimes()
    zone, old = ZoneInfo(zone_name), zone_of(kept.time_zone) if kept else None
    moved = kept is not None and kept.time_zone != zone_name
    for name, ends_day in ENDS_DAY.items():
        text = typed.get(name, "").strip()
        if not text:
            found.errors[name] = _l("Fill this in")
            continue
        was: datetime | None = getattr(kept, name) if kept else None
        means = typed.get("zone_means", "")
        later = LATER.get(typed.get(f"{name}_which", ""))
        if was is not None and old is not None and is_shown(text, was, old):
            if moved and means not in {"clock", "instant"}:
                found.errors["zone_means"] = _l("The time zone is another one now. Choose what becomes of the times.")
                continue
            if means == "instant" or (not moved and _reads_as(was, old, later)):
                found.moments[name] = was
                continue
        try:
            found.moments[name] = read_moment(text, zone, ends_day=ends_day, later=later)
        except Ambiguous as asked:
            found.twice[name], found.errors[name] = asked.choices, asked.args[0]
        except Unreadable as refusal:
            found.errors[name] = refusal.args[0]
    if not found.errors and found.moments["closes_at"] <= found.moments["opens_at"]:
        found.errors["closes_at"] = _l("The deadline comes after the opening")
    return found


def known_times(edition: Edition) -> dict[str, str]:
    """Return what the form shows of an edition's moments."""
    zone = zone_of(edition.time_zone)
    return {name: shown(getattr(edition, name), zone) for name in ENDS_DAY}


def _reads_as(was: datetime, zone: ZoneInfo, later: bool | None) -> bool:
    """Say whether what is kept is what was chosen, where a choice was made."""
    return later is None or read_moment(shown(was, zone), zone, later=later) == was
