"""How many places there are and who holds them. Offers and enrolments hold places; applications never do."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.registration.queries.pools import NamedPool, named_pools
from services.registration.rules import offers as rules
from shared.editions import EditionUnknown
from shared.schema.registration import Decision, Edition, Enrolment, Offer, PlacePool


@dataclass(frozen=True)
class Pool:
    """The places of an edition at one moment, and of its groups."""

    edition_id: UUID
    capacity: int
    over_offer: int
    offer_days: int
    offered: int
    """Offers open, and accepts of a frozen release that are to become some: they hold their places already."""
    enrolled: int
    named: Sequence[NamedPool] = ()
    """The places of groups, of which those who belong to one need one as well."""

    @property
    def left(self) -> int:
        """How many more offers may be made."""
        return rules.places_left(
            capacity=self.capacity, over_offer=self.over_offer, offered=self.offered, enrolled=self.enrolled
        )

    def lefts(self) -> dict[UUID, int]:
        """Return how many more offers each pool allows, that of the edition under the edition's id."""
        return {self.edition_id: self.left, **{one.id: one.left for one in self.named}}

    def among(self, needed: Collection[UUID]) -> list[NamedPool]:
        """Return those of the named pools that are needed."""
        return [one for one in self.named if one.id in needed]

    def hold(self, needed: Collection[UUID] = ()) -> rules.Hold:
        """Return what an open offer is worth that needs a place in these pools too."""
        overall = rules.hold(capacity=self.capacity, offered=self.offered, enrolled=self.enrolled)
        return rules.worst_hold([overall, *(one.hold for one in self.among(needed))])


TakePool = Callable[[Session, UUID, Collection[UUID] | None], Pool]
"""How a deed that takes a place gets at the pools: those it needs, or, with None, all that the edition has."""


def locked_pool(session: Session, edition_id: UUID, needed: Collection[UUID] | None = None) -> Pool:
    """Return the pools and hold their rows until the transaction ends: whoever takes a place next waits, counts anew.

    The edition's row first, then those of the named pools by their ids: whoever needs several takes them in one order,
    so that two never wait for each other. NO KEY UPDATE, so that rows which only refer to them can still be written
    meanwhile. The counts are read by statements of their own *after* the locks: in READ COMMITTED they see what the
    previous holder committed.
    """
    session.execute(select(Edition.id).where(Edition.id == edition_id).with_for_update(key_share=True))
    if needed is None or needed:
        rows = select(PlacePool.id).where(PlacePool.edition_id == edition_id)
        wanted = rows if needed is None else rows.where(PlacePool.id.in_(needed))
        session.execute(wanted.order_by(PlacePool.id).with_for_update(key_share=True))
    return pool(session, edition_id)


def pool(session: Session, edition_id: UUID) -> Pool:
    """Return the pools as they stand, for showing."""
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
    named = named_pools(session, edition_id=edition_id)
    return Pool(edition_id, capacity, over_offer, offer_days, offered, enrolled, named)
