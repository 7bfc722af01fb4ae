"""Who has a place, as registration says it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.schema.registration.published import Place


@dataclass(frozen=True)
class LivePlace:
    """A live enrolment."""

    enrolment_id: UUID
    person_id: UUID


def live_places(session: Session, *, edition_id: UUID, enrolment_id: UUID | None = None) -> list[LivePlace]:
    """Return the live enrolments of an edition, or only the one named, if it is live."""
    wanted = select(Place.enrolment_id, Place.person_id).where(Place.edition_id == edition_id)
    if enrolment_id is not None:
        wanted = wanted.where(Place.enrolment_id == enrolment_id)
    return [LivePlace(*row) for row in session.execute(wanted.order_by(Place.enrolment_id))]
