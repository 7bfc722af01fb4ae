"""What waits in the outbox, what was put aside, and how quickly the rest was done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Select, func, select, union_all
from sqlalchemy.orm import Session

from shared.schema.outbox.entries import Entry, FactRow

SAMPLE: Final = 1_000
"""The speed is that of so many which were done last: after a release of thousands an hour is too much to look at."""


@dataclass(frozen=True)
class Queue:
    """One service's share. Times in seconds, of the last ``SAMPLE`` done; None where nothing was in the last hour."""

    subscriber: str
    waiting: int
    oldest: float
    aside: int
    done: int
    median: float | None
    slowest: float | None


@dataclass(frozen=True)
class Left:
    """An entry that still waits or was put aside."""

    id: UUID
    subscriber: str
    fact: str
    state: str
    attempts: int
    recorded_at: datetime
    not_before: datetime
    last_error: str | None
    request_id: str


def queues(session: Session, *, services: tuple[str, ...], now: datetime) -> list[Queue]:
    """Return each service's queue, with the speed of what was done last, as far back as an hour."""
    return [_queue(session, service, now) for service in services]


def _queue(session: Session, service: str, now: datetime) -> Queue:
    waits = _first(service, "waiting").join(FactRow, FactRow.id == Entry.fact_id)
    oldest = session.execute(waits.with_only_columns(FactRow.recorded_at)).scalar()
    newest = (
        select(Entry.fact_id, Entry.done_at)
        .where(Entry.subscriber == service, Entry.state == "done", Entry.done_at > now - timedelta(hours=1))
        .order_by(Entry.done_at.desc())
        .limit(SAMPLE)
        .subquery()
    )
    took = func.extract("epoch", newest.c.done_at - FactRow.recorded_at)
    done, median, slowest = session.execute(
        select(func.count(), func.percentile_cont(0.5).within_group(took), func.max(took)).join_from(
            newest, FactRow, FactRow.id == newest.c.fact_id
        )
    ).one()
    return Queue(
        subscriber=service,
        waiting=_count(session, service, "waiting"),
        oldest=(now - oldest).total_seconds() if oldest else 0.0,
        aside=_count(session, service, "aside"),
        done=done,
        median=None if median is None else float(median),
        slowest=None if slowest is None else float(slowest),
    )


def _first(service: str, state: str) -> Select[UUID]:
    """Return the entry that was written first; their ids are in the order of time."""
    return select(Entry.id).where(Entry.subscriber == service, Entry.state == state).order_by(Entry.id).limit(1)


def _count(session: Session, service: str, state: str) -> int:
    statement = select(func.count()).select_from(Entry).where(Entry.subscriber == service, Entry.state == state)
    return session.execute(statement).scalar_one()


def left(session: Session, *, services: tuple[str, ...], state: str, limit: int) -> list[Left]:
    """Return the oldest entries in ``state``."""
    oldest = union_all(*(select(_first(service, state).limit(limit).subquery()) for service in services)).subquery()
    rows = session.execute(
        select(
            Entry.id,
            Entry.subscriber,
            FactRow.name,
            Entry.state,
            Entry.attempts,
            FactRow.recorded_at,
            Entry.not_before,
            Entry.last_error,
            FactRow.request_id,
        )
        .join(FactRow, FactRow.id == Entry.fact_id)
        .where(Entry.id.in_(select(oldest)))
        .order_by(Entry.id)
        .limit(limit)
    )
    return [Left(*row) for row in rows]


def all_aside(session: Session) -> list[UUID]:
    """Return every entry that was put aside."""
    return list(session.scalars(select(Entry.id).where(Entry.state == "aside")))
