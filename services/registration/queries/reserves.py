"""Who waits on the reserve list, in the order in which places are offered."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.registration.queries.rankings import RankLine, ranked
from shared.schema.registration import Decision


def reserve_list(session: Session, *, edition_id: UUID) -> list[RankLine]:
    """Return whoever was told that she is a reserve and still waits, by the plain mean of the reviews.

    Whoever withdrew is gone. Somebody for whom something else is proposed already stands in her place, with it.
    """
    reserves = set(
        session.scalars(
            select(Decision.application_id).where(
                Decision.edition_id == edition_id, Decision.state == "released", Decision.outcome == "reserve"
            )
        )
    )
    return [one for one in ranked(session, edition_id=edition_id, formula="mean") if one.application_id in reserves]


def accepts_proposed(session: Session, *, edition_id: UUID) -> int:
    """Return how many accepts wait to be released: each will want a place."""
    return session.execute(
        select(func.count()).where(
            Decision.edition_id == edition_id,
            Decision.state == "proposed",
            Decision.outcome == "accept",
            Decision.batch_id.is_(None),
        )
    ).scalar_one()
