"""The only way a state changes: by a move its machine knows, with a row that says who, when and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from services.registration.errors import StateChanged
from services.registration.rules.machines import Machine
from shared.schema.base import new_id
from shared.schema.registration import Application, Change, Decision, Enrolment, Offer

TABLES: Final[Mapping[str, type[Application | Decision | Offer | Enrolment]]] = {
    "application": Application,
    "decision": Decision,
    "offer": Offer,
    "enrolment": Enrolment,
}


def begin(
    session: Session,
    machine: Machine,
    *,
    application_id: UUID,
    now: datetime,
    state: str,
    actor_id: UUID | None = None,
    why: str = "",
    **values: Any,
) -> UUID:
    """Write a new row of ``machine``'s noun in ``state`` and its first change; return its id."""
    subject_id = new_id()
    if not machine.allows(None, state):
        raise StateChanged
    session.execute(
        insert(TABLES[machine.noun]).values(id=subject_id, application_id=application_id, state=state, **values)
    )
    note(
        session,
        machine.noun,
        application_id=application_id,
        subject_id=subject_id,
        before=None,
        after=state,
        now=now,
        actor_id=actor_id,
        why=why,
    )
    return subject_id


def move(
    session: Session,
    machine: Machine,
    *,
    subject_id: UUID,
    application_id: UUID,
    before: str,
    after: str,
    now: datetime,
    actor_id: UUID | None = None,
    why: str = "",
    **values: Any,
) -> None:
    """Move one row from ``before`` to ``after`` and write the change.

    Refuses with :class:`StateChanged` when the machine knows no such move or the row is no longer in ``before``.
    """
    table = TABLES[machine.noun]
    if not machine.allows(before, after):
        raise StateChanged
    moved = session.execute(
        update(table)
        .where(table.id == subject_id, table.state == before)
        .values(state=after, **values)
        .returning(table.id)
        .execution_options(synchronize_session=False)
    ).first()
    if moved is None:
        raise StateChanged
    note(
        session,
        machine.noun,
        application_id=application_id,
        subject_id=subject_id,
        before=before,
        after=after,
        now=now,
        actor_id=actor_id,
        why=why,
    )


def note(
    session: Session,
    subject: str,
    *,
    application_id: UUID,
    subject_id: UUID,
    before: str | None,
    after: str,
    now: datetime,
    actor_id: UUID | None = None,
    why: str = "",
    fields: Mapping[str, Any] | None = None,
) -> None:
    """Write one change. An edit leaves the state as it is and names the ``fields``."""
    session.execute(
        insert(Change).values(
            id=new_id(),
            application_id=application_id,
            subject=subject,
            subject_id=subject_id,
            before=before,
            after=after,
            changed_at=now,
            changed_by=actor_id,
            why=why,
            fields=dict(fields or {}),
        )
    )
