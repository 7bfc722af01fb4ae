"""Reading what happened: the history of any subject, as its pages show it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from shared.schema.outbox.entries import FactRow
from shared.schema.people.published import Addressable

MOST: Final = 500
"""How much of a history is shown; the newest come first."""


@dataclass(frozen=True)
class Past:
    """One thing that happened, with the name of who did it; the name is empty for the clock and for who is gone."""

    noun: str
    subject_id: UUID | None
    person_id: UUID | None
    before: str | None
    after: str | None
    at: datetime
    by_id: UUID | None
    by: str
    why: str
    details: dict[str, Any]
    name: str
    """The fact that others heard; empty where none did."""


def past_of(session: Session, subject_ids: Collection[UUID]) -> list[Past]:
    """Return what happened to these subjects, newest first."""
    return past(session, FactRow.subject_id.in_(subject_ids))


def past(session: Session, condition: ColumnElement[bool]) -> list[Past]:
    """Return what happened where ``condition`` holds, newest first."""
    rows = session.execute(
        select(
            FactRow.noun,
            FactRow.subject_id,
            FactRow.person_id,
            FactRow.before,
            FactRow.after,
            FactRow.at,
            FactRow.by,
            func.coalesce(Addressable.name, ""),
            FactRow.why,
            FactRow.details,
            FactRow.name,
        )
        .outerjoin(Addressable, Addressable.id == FactRow.by)
        .where(condition)
        .order_by(FactRow.at.desc(), FactRow.id.desc())
        .limit(MOST)
    )
    return [Past(*row) for row in rows]
