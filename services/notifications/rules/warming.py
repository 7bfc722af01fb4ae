"""How many mails a new mail server carries a day, until others have learned to trust it."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from services.notifications.settings import RelayPlan


def cap_on(plan: RelayPlan, now: datetime) -> int | None:
    """Return how many mails ``plan`` may carry on the day of ``now`` in UTC; None for as many as come.

    Before its first day it carries none.
    """
    if plan.warm_up_from is None:
        return None
    day = (now.astimezone(UTC).date() - plan.warm_up_from).days
    if day < 0:
        return 0
    return plan.warm_up[day] if day < len(plan.warm_up) else None


def until_tomorrow(now: datetime) -> timedelta:
    """Return how long the day in UTC still lasts."""
    moment = now.astimezone(UTC)
    return datetime.combine(moment.date() + timedelta(days=1), time(), UTC) - moment
