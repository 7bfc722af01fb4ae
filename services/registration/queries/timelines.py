"""What happened to an application, from three owners' records: changes, facts and mails."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from shared.schema.outbox.entries import FactRow
from shared.schema.people.published import Addressable
from shared.schema.registration import Change, Decision


@dataclass(frozen=True)
class Step:
    """One change with the name of who made it."""

    subject: str
    before: str | None
    after: str
    at: datetime
    by_id: UUID | None
    by: str
    why: str
    fields: dict[str, Any]
    outcome: str | None


@dataclass(frozen=True)
class Told:
    """One fact that was told to the other services."""

    name: str
    at: datetime


def changes_of(session: Session, *, application_id: UUID) -> list[Step]:
    """Return every change of an application, its decisions, offers and enrolment, newest first."""
    rows = session.execute(
        select(
            Change.subject,
            Change.before,
            Change.after,
            Change.changed_at,
            Change.changed_by,
            func.coalesce(Addressable.name, ""),
            Change.why,
            Change.fields,
            Decision.outcome,
        )
        .outerjoin(Addressable, Addressable.id == Change.changed_by)
        .outerjoin(Decision, Decision.id == Change.subject_id)
        .where(Change.application_id == application_id)
        .order_by(Change.changed_at.desc(), Change.id.desc())
    )
    return [Step(*row) for row in rows]


def facts_about(session: Session, *, application_id: UUID, person_id: UUID | None, edition_id: UUID) -> list[Told]:
    """Return the facts recorded about this application, newest first."""
    about = FactRow.payload["application_id"].astext == str(application_id)
    statement = select(FactRow.name, FactRow.recorded_at).where(FactRow.edition_id == edition_id)
    if person_id is None:
        statement = statement.where(about)
    else:
        statement = statement.where(or_(about, FactRow.person_id == person_id))
    return [Told(*row) for row in session.execute(statement.order_by(FactRow.recorded_at.desc()).limit(200))]
