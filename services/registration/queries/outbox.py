"""What waits in the outbox, what was put aside, and how quickly the rest was done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.schema.outbox.entries import Entry, FactRow


@dataclass(frozen=True)
class Queue:
    """One service's share. Times in seconds; None where nothing happened in the last hour."""

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
    """Return each service's queue, with the speed of the last hour."""
    open_ = {
        (row.subscriber, row.state): (row.number, row.oldest)
        for row in session.execute(
            select(
                Entry.subscriber,
                Entry.state,
                func.count().label("number"),
                func.min(FactRow.recorded_at).label("oldest"),
            )
            .join(FactRow, FactRow.id == Entry.fact_id)
            .where(Entry.state.in_(("waiting", "aside")))
            .group_by(Entry.subscriber, Entry.state)
        )
    }
    took = func.extract("epoch", Entry.done_at - FactRow.recorded_at)
    speed = {
        row.subscriber: row
        for row in session.execute(
            select(
                Entry.subscriber,
                func.count().label("done"),
                func.percentile_cont(0.5).within_group(took).label("median"),
                func.max(took).label("slowest"),
            )
            .join(FactRow, FactRow.id == Entry.fact_id)
            .where(Entry.state == "done", FactRow.recorded_at > now - timedelta(hours=1))
            .group_by(Entry.subscriber)
        )
    }
    return [
        Queue(
            subscriber=service,
            waiting=open_.get((service, "waiting"), (0, now))[0],
            oldest=(now - open_.get((service, "waiting"), (0, now))[1]).total_seconds(),
            aside=open_.get((service, "aside"), (0, now))[0],
            done=speed[service].done if service in speed else 0,
            median=float(speed[service].median) if service in speed else None,
            slowest=float(speed[service].slowest) if service in speed else None,
        )
        for service in services
    ]


def left(session: Session, *, state: str, limit: int) -> list[Left]:
    """Return the oldest entries in ``state``."""
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
        .where(Entry.state == state)
        .order_by(Entry.id)
        .limit(limit)
    )
    return [Left(*row) for row in rows]


def all_aside(session: Session) -> list[UUID]:
    """Return every entry that was put aside."""
    return list(session.scalars(select(Entry.id).where(Entry.state == "aside")))
