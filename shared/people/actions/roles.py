"""Roles are given and taken, one at a time."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.history import Deed, begun, remove
from shared.people.errors import LastOrganiser
from shared.people.rules.histories import ROLE
from shared.schema.base import new_id
from shared.schema.people.persons import Role


def grant_role(session: Session, *, person_id: UUID, name: str, edition_id: UUID | None, deed: Deed) -> None:
    """Give the person a role, in one edition or, without ``edition_id``, in all; granting twice changes nothing."""
    row = {"id": new_id(), "person_id": person_id, "name": name, "edition_id": edition_id}
    granted = session.execute(
        insert(Role)
        .values(**row, granted_at=deed.at, granted_by=deed.by)
        .on_conflict_do_nothing(constraint="uq_role_person_id_name_edition_id")
        .returning(Role.id)
    )
    if granted.first() is not None:
        begun(session, ROLE, "granted", deed, [row], details={"role": name})


def revoke_role(session: Session, *, role_id: UUID, deed: Deed) -> None:
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
    session.expunge(role)
    remove(session, ROLE, [role_id], "revoked", deed, details={"role": role.name})
