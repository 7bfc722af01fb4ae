"""Counting what a mail server is asked to carry while it is being warmed up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.notifications.rules.warming import cap_on, until_tomorrow
from services.notifications.settings import RelayPlan
from shared.retention import delete_some
from shared.schema.notifications.senders import RelayDay

_ASKED: Final = text("""
SELECT now(), coalesce((SELECT asked FROM notifications.relay_day
                        WHERE relay = :relay AND day = (now() AT TIME ZONE 'UTC')::date), 0)""")
_COUNT: Final = text("""
INSERT INTO notifications.relay_day AS d (relay, day, asked) VALUES (:relay, (now() AT TIME ZONE 'UTC')::date, :asked)
ON CONFLICT (relay, day) DO UPDATE SET asked = d.asked + :asked""")


def left_today(session: Session, plan: RelayPlan) -> int | None:
    """Return how many mails a mail server may still carry today; None for as many as come.

    Two senders that ask at the same moment may both be told of the last ones: a plan is kept but for what one claim
    holds.
    """
    if plan.warm_up_from is None:
        return None
    now, asked = session.execute(_ASKED, {"relay": plan.name}).one()
    cap = cap_on(plan, now)
    return None if cap is None else max(0, cap - asked)


def rest_when_full(session: Session, plan: RelayPlan) -> timedelta:
    """Return how long a mail server rests because it has carried what its plan allows today; nothing if it has not."""
    if left_today(session, plan) != 0:
        return timedelta(0)
    return until_tomorrow(session.execute(text("SELECT now()")).scalar_one())


LASTS: Final = timedelta(days=90)


def prune_relay_days(session: Session, *, now: datetime, limit: int) -> int:
    """Delete at most ``limit`` days on which a mail server was warmed up long ago; return how many."""
    return delete_some(session, RelayDay, RelayDay.day < (now - LASTS).date(), limit=limit)


def count_today(session: Session, *, relay: str, asked: int) -> None:
    """Count what a mail server is asked to carry."""
    session.execute(_COUNT, {"relay": relay, "asked": asked})
