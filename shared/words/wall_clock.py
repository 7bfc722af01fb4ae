"""From what somebody typed on a calendar and a clock to a moment, and back without losing any of it.

A wall clock in a zone is not a moment: when clocks go forward some times do not exist, when they are put back some
come twice (PEP 495). What cannot be read one way only is asked about, never guessed.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from shared.words.numbers import western_digits
from shared.words.sentences import _l

YEARS: Final = range(1900, 2200)
"""Years that people mean; far beyond them clocks and calendars give up."""
LAST_SECOND: Final = time(23, 59, 59)
_MOMENT: Final = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)(Z|[+-]\d{2}:\d{2})?)?", re.ASCII
)


class Unreadable(ValueError):  # noqa: N818 - a refusal in the customer's words
    """What was typed is no moment; the sentence says why, in the reader's words."""


class Ambiguous(Unreadable):
    """The clock shows this time twice; ``choices`` are both moments, the earlier first."""

    def __init__(self, first: datetime, second: datetime) -> None:
        super().__init__(
            _l("Clocks are put back that day, and this time comes twice. Choose which of the two is meant.")
        )
        self.choices = (first, second)


def shown(moment: datetime, zone: tzinfo) -> str:
    """Write a moment for an input of type datetime-local: browsers empty one that says more than milliseconds."""
    local = _clock(moment, zone)
    parts = "milliseconds" if local.microsecond else "seconds" if local.second else "minutes"
    return local.isoformat(timespec=parts)


def is_shown(text: str, moment: datetime, zone: tzinfo) -> bool:
    """Say whether ``text`` is what :func:`shown` writes; browsers leave out zeros at the end."""
    try:
        return datetime.fromisoformat(western_digits(text.strip())) == _clock(moment, zone)
    except (ValueError, TypeError):  # no moment, or one with a distance from UTC
        return False


def _clock(moment: datetime, zone: tzinfo) -> datetime:
    local = moment.astimezone(zone).replace(tzinfo=None)
    return local.replace(microsecond=local.microsecond // 1000 * 1000)


def read_moment(text: str, zone: tzinfo, *, ends_day: bool = False, later: bool | None = None) -> datetime:
    """Return the moment, in UTC, at which clocks in ``zone`` show ``text``; digits of any script will do.

    A date alone is the first moment of that day, or, with ``ends_day``, its last second. ``later`` chooses where a
    time comes twice. A distance from UTC (``+02:00``, ``Z``) that was typed counts more than ``zone``. Refuses with
    :class:`Unreadable` what is not there, and with :class:`Ambiguous` what comes twice.
    """
    found = _MOMENT.fullmatch(western_digits(text.strip()))
    if found is None:
        raise Unreadable(_l("Enter a real date and time"))
    day, clock, offset = found.groups()
    try:
        if offset:
            return _in_our_time(datetime.fromisoformat(f"{day}T{clock}{offset}").astimezone(UTC))
        typed = datetime.combine(date.fromisoformat(day), time.fromisoformat(clock) if clock else time.min)
    except (ValueError, OverflowError) as error:
        raise Unreadable(_l("Enter a real date and time")) from error
    if clock is None and ends_day:
        typed, later = datetime.combine(typed.date(), LAST_SECOND), True
    _in_our_time(typed)
    earlier_reading, later_reading = (typed.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if earlier_reading == later_reading:
        return earlier_reading
    if earlier_reading > later_reading:
        # PEP 495: in a gap, fold=0 reads with the distance before the change, so it lies behind fold=1.
        if clock is None:
            return first_moment_after(typed, zone)
        before, after = (one.astimezone(zone).replace(tzinfo=None) for one in (later_reading, earlier_reading))
        raise Unreadable(
            _l(
                "Clocks go forward that day, and this time does not exist. Enter %(before)s or %(after)s.",
                before=before.strftime("%H:%M"),
                after=after.strftime("%H:%M"),
            )
        )
    if clock is None:
        return later_reading if ends_day else earlier_reading
    if later is None:
        raise Ambiguous(earlier_reading, later_reading)
    return later_reading if later else earlier_reading


def first_moment_after(typed: datetime, zone: tzinfo) -> datetime:
    """Return the first moment that exists in ``zone`` from a wall clock time in a gap on (Cairo skips midnights)."""
    before = typed.replace(tzinfo=zone, fold=0).utcoffset() or timedelta()
    after = typed.replace(tzinfo=zone, fold=1).utcoffset() or timedelta()
    low = typed.replace(tzinfo=UTC) - after
    high = typed.replace(tzinfo=UTC) - before
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)


def read_day(text: str) -> date:
    """Return the day written as ``2027-03-31``, in digits of any script. Refuses anything else."""
    try:
        plain = western_digits(text.strip())
        day = date.fromisoformat(plain)
    except ValueError as error:
        raise Unreadable(_l("Enter a real date, with day, month and year")) from error
    if day.year not in YEARS or day.isoformat() != plain:
        raise Unreadable(_l("Enter a real date, with day, month and year"))
    return day


def read_partial_day(text: str) -> str:
    """Return a year, month or day as ISO 8601 writes it (``2011``, ``2011-10``, ``2011-10-24``); refuse others."""
    plain = western_digits(text.strip())
    read_day({4: f"{plain}-01-01", 7: f"{plain}-01"}.get(len(plain), plain))
    return plain


def _in_our_time(moment: datetime) -> datetime:
    if moment.year not in YEARS:
        raise Unreadable(_l("Enter a real date, with day, month and year"))
    return moment
