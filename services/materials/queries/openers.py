"""How many people may open a publication at this moment, by whatever shelf."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.schema.materials.published import Openable, is_open
from shared.schema.materials.shelves import ShelfItem


@dataclass(frozen=True)
class Openers:
    """Who may open it. With ``anybody`` the number of ``people`` does not matter; ``shelves`` may be closed ones."""

    anybody: bool
    people: int
    shelves: int


def openers_of(session: Session, *, publication_id: UUID, now: datetime) -> Openers:
    """Return who may open the publication, once one of its releases is published."""
    anybody, people = session.execute(
        select(
            func.coalesce(func.bool_or(Openable.person_id.is_(None)), False), func.count(Openable.person_id.distinct())
        ).where(Openable.publication_id == publication_id, is_open(at=now))
    ).one()
    shelves = session.scalar(select(func.count()).where(ShelfItem.publication_id == publication_id)) or 0
    return Openers(bool(anybody), people, shelves)
