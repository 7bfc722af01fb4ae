"""Names of the staff behind a campaign."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.schema.people.published import Addressable


def names_of(session: Session, *, person_ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """Return the names of people by id; who is gone is left out."""
    wanted = {person_id for person_id in person_ids if person_id}
    rows = session.execute(select(Addressable.id, Addressable.name).where(Addressable.id.in_(wanted)))
    return dict(rows.all())
