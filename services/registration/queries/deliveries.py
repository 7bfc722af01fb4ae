from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from shared.histories import MOST
from shared.schema.notifications.published import Correspondence


@dataclass(frozen=True)
class Mailed:
    """One mail to a person, as notifications keeps it."""

    id: UUID
    kind: str
    state: str
    at: datetime


def mails_to(
    session: Session, *, email: str, person_id: UUID | None, edition_id: UUID, most: int = MOST
) -> list[Mailed]:
    """Return the newest ``most`` mails of this edition to a person, and to ``email`` while nobody had proved it."""
    to = and_(Correspondence.person_id.is_(None), Correspondence.address == email)
    if person_id is not None:
        to = or_(to, Correspondence.person_id == person_id)
    statement = select(Correspondence.id, Correspondence.kind, Correspondence.state, Correspondence.created_at).where(
        to, Correspondence.edition_id == edition_id
    )
    return [Mailed(*row) for row in session.execute(statement.order_by(Correspondence.created_at.desc()).limit(most))]
