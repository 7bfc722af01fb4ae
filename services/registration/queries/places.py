"""How many places there are and who holds them. Offers and enrolments hold places; applications never do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.registration.rules import offers as rules
from shared.editions import EditionUnknown
from shared.schema.registration import Decision, Edition, Enrolment, Offer


@dataclass(frozen=True)
class Pool:
    """The places of an edition at one moment."""

    edition_id: UUID
    capacity: int
    over_offer: int
    offer_days: int
    offered: int
    """Offers open, and accepts of a frozen release that are to become some: they hold their places already."""
    enrolled: int

    @property
    def left(self) -> int:
        """How many more offers may be made."""
        return rules.places_left(
            capacity=self.capacity, over_offer=self.over_offer, offered=self.offered, enrolled=self.enrolled
        )

    @property
    def hold(self) -> rules.Hold:
        """What an open offer is worth."""
        return rules.hold(capacity=self.capacity, offered=self.offered, enrolled=self.enrolled)


TakePool = Callable[[Session, UUID], Pool]
"""How a deed that takes a place gets at the pool."""


def locked_pool(session: Session, edition_id: UUID) -> Pool:
    """Return the pool and hold its row until the transaction ends: whoever takes a place next waits and counts anew.

    NO KEY UPDATE, so that rows which only refer to the edition can still be written meanwhile. The counts are read by
    a statement of their own *after* the lock: in READ COMMITTED it sees what the previous holder committed.
    """
    session.execute(select(Edition.id).where(Edition.id == edition_id).with_for_update(key_share=True))
    return pool(session, edition_id)


def pool(session: Session, edition_id: UUID) -> Pool:
    """Return the pool as it stands, for showing."""
    row = session.execute(
        select(
            Edition.capacity,
            Edition.over_offer,
            Edition.offer_days,
            select(func.count())
            .select_from(Offer)
            .where(Offer.edition_id == edition_id, Offer.state == "offered")
            .scalar_subquery()
            + select(func.count())
            .select_from(Decision)
            .where(Decision.edition_id == edition_id, Decision.state == "proposed", Decision.batch_id.is_not(None))
            .where(Decision.outcome == "accept")
            .scalar_subquery(),
            select(func.count())
            .select_from(Enrolment)
            .where(Enrolment.edition_id == edition_id, Enrolment.holds_place)
            .scalar_subquery(),
        ).where(Edition.id == edition_id)
    ).first()
    if row is None:
        raise EditionUnknown
    capacity, over_offer, offer_days, offered, enrolled = row
    return Pool(edition_id, capacity, over_offer, offer_days, offered, enrolled)
