"""What is known of a person and a publication, for whoever is asked why she cannot open it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.materials.rules.explaining import Finding, ShelfAsked, findings
from shared.schema.materials.publications import Release
from shared.schema.materials.published import Openable
from shared.schema.materials.shelves import Shelf, ShelfItem
from shared.schema.people.published import Addressable
from shared.schema.registration.published import PersonStanding

MOST: Final = 20
_FLAGS: Final = ("waiting", "offered", "accepted", "confirmed", "reserve", "declined")


@dataclass(frozen=True)
class Asked:
    """Somebody who applied to one of the editions."""

    person_id: UUID
    name: str


def applicants_called(session: Session, *, name: str, edition_ids: Collection[UUID]) -> list[Asked]:
    """Return those who applied to one of the editions and whose name has ``name`` in it."""
    applied = select(PersonStanding.person_id).where(PersonStanding.edition_id.in_(edition_ids))
    rows = session.execute(
        select(Addressable.id, Addressable.name)
        .where(Addressable.id.in_(applied), func.lower(Addressable.name).contains(name.lower(), autoescape=True))
        .order_by(Addressable.name, Addressable.id)
        .limit(MOST)
    )
    return [Asked(*row) for row in rows]


def applicant(session: Session, *, person_id: UUID, edition_ids: Collection[UUID]) -> Asked | None:
    """Return her, if she applied to one of the editions."""
    applied = select(PersonStanding.person_id).where(PersonStanding.edition_id.in_(edition_ids))
    row = session.execute(
        select(Addressable.id, Addressable.name).where(Addressable.id == person_id, Addressable.id.in_(applied))
    ).first()
    return None if row is None else Asked(*row)


def explained(session: Session, *, person_id: UUID, publication_id: UUID, now: datetime) -> list[Finding]:
    """Return what the publication's releases and shelves say about her at ``now``."""
    shelves = session.scalars(
        select(Shelf)
        .join(ShelfItem, ShelfItem.shelf_id == Shelf.id)
        .where(ShelfItem.publication_id == publication_id)
        .order_by(Shelf.created_at, Shelf.id)
    ).all()
    hers = set(
        session.scalars(
            select(Openable.shelf_id).where(Openable.publication_id == publication_id, Openable.person_id == person_id)
        )
    )
    standings = {
        row.edition_id: frozenset(flag for flag in _FLAGS if getattr(row, flag))
        for row in session.scalars(select(PersonStanding).where(PersonStanding.person_id == person_id))
    }
    states = session.scalars(select(Release.state).where(Release.publication_id == publication_id)).all()
    asked = [
        ShelfAsked(
            id=shelf.id,
            edition_id=shelf.edition_id,
            rule=shelf.rule,
            opens_at=shelf.opens_at,
            closes_at=shelf.closes_at,
            standing=standings.get(shelf.edition_id) if shelf.edition_id else None,
            is_hers=shelf.id in hers,
        )
        for shelf in shelves
    ]
    return findings(asked, states=states, now=now)
