"""The one place that asks what time it is; everything else is told.

Many machines have many clocks, and what ends at a moment is begun by one and judged by another. So each process keeps
to PostgreSQL's: every new connection tells how far that is ahead of its own.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

UNNOTICED: Final = timedelta(seconds=1)
"""So far apart clocks may be that are kept by NTP; nothing of ours ends to the second."""


class _Lead:
    """How far PostgreSQL's clock is ahead of this process's."""

    known = timedelta(0)


def now() -> datetime:
    """Return the present moment, aware, in UTC, by PostgreSQL's clock as far as this process knows it."""
    return datetime.now(UTC) + _Lead.known


def follow(theirs: datetime, *, asked_at: datetime, answered_at: datetime) -> None:
    """Keep to a clock that said ``theirs`` at some moment between two of our own, ``datetime.now(UTC)`` both."""
    lead = theirs - (asked_at + (answered_at - asked_at) / 2)
    _Lead.known = lead if abs(lead) > UNNOTICED + (answered_at - asked_at) else timedelta(0)
