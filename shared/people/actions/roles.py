"""Roles are given and taken, one at a time."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.people.errors import LastOrganiser
from shared.schema.base import new_id
from shared.schema.people.persons import Role


def grant_role(
    session: Session, *, person_id: UUID, name: str, edition_id: UUID | None, actor_id: UUID | None, now: datetime
) -> None:
    """Give the person a role, in one edition or, without ``edition_id``, in all; granting twice changes nothing."""
    session.execute(
        insert(Role)
        .values(id=new_id(), person_id=person_id, name=name, edition_id=edition_id, granted_at=now, granted_by=actor_id)
        .on_conflict_do_nothing(constraint="uq_role_person_id_name_edition_id")
    )


def revoke_role(session: Session, *, role_id: UUID) -> None:
    """Take a role away; the last organiser of all editions keeps it, or nobody could grant one again."""
    role = session.get(Role, role_id)
    if role is None:
        return
    if role.name == "organiser" and role.edition_id is None:
        everywhere = (Role.name == "organiser", Role.edition_id.is_(None))
        # Both of two organisers who revoke each other must not succeed.
        held = session.scalars(select(Role.id).where(*everywhere).order_by(Role.id).with_for_update()).all()
        if len(held) == 1:
            raise LastOrganiser
    session.delete(role)
