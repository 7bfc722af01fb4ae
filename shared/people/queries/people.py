"""A person's account, for the person."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.schema.people.credentials import SessionRow
from shared.schema.people.persons import Person, Role
from shared.schema.values import all_values, values_of


def account_of(session: Session, *, person_id: UUID) -> dict[str, Any]:
    """Return what is kept of a person, her roles and sessions, as values JSON can hold."""
    return {
        "person": values_of(session.get_one(Person, person_id)),
        "roles": all_values(session, select(Role).where(Role.person_id == person_id)),
        "sessions": all_values(session, select(SessionRow).where(SessionRow.person_id == person_id)),
    }
