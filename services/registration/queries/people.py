from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from shared.schema.base import Base
from shared.schema.people.credentials import SessionRow
from shared.schema.people.persons import Person, Role
from shared.schema.registration import Application, Change, Enrolment, Offer

HIDDEN = frozenset({"token_hash", "submission_key", "found_by"})
"""Keys and what is computed from the rest, not facts about a person."""


def everything_about(session: Session, *, person_id: UUID) -> dict[str, Any]:
    """Return what registration keeps about a person, as values JSON can hold.

    Decisions are told once they are released, by mail and on the personal page; what the desk only considers is not
    the person's yet and is left out.
    """
    applications = session.execute(select(Application).where(Application.person_id == person_id)).scalars().all()
    ids = [application.id for application in applications]
    changes = select(Change).where(Change.application_id.in_(ids), Change.subject != "decision")
    return {
        "person": _row(session.get_one(Person, person_id)),
        "roles": _rows(session, select(Role).where(Role.person_id == person_id)),
        "sessions": _rows(session, select(SessionRow).where(SessionRow.person_id == person_id)),
        "applications": [_row(application) for application in applications],
        "offers": _rows(session, select(Offer).where(Offer.person_id == person_id)),
        "enrolments": _rows(session, select(Enrolment).where(Enrolment.person_id == person_id)),
        "changes": _rows(session, changes.order_by(Change.changed_at)),
    }


def _rows(session: Session, statement: Any) -> list[dict[str, Any]]:
    return [_row(row) for row in session.execute(statement).scalars()]


def _row(row: Base) -> dict[str, Any]:
    return {
        column.key: _plain(getattr(row, column.key))
        for column in inspect(type(row)).column_attrs
        if column.key not in HIDDEN
    }


def _plain(value: Any) -> Any:
    if isinstance(value, (dict, list, int, bool, str)) or value is None:
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
