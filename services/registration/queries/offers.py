from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import exists, func, select, text
from sqlalchemy.orm import Session

from services.registration.errors import OfferUnknown
from services.registration.queries.places import pool
from services.registration.queries.pools import pools_held_by
from services.registration.rules.offers import Hold
from shared.schema.registration import Edition, Enrolment, Offer


def has_live_offer(session: Session, *, application_id: UUID) -> bool:
    """Say whether an offer of this application is open or was accepted and still stands."""
    return bool(
        session.execute(
            select(exists().where(Offer.application_id == application_id, Offer.state.in_(("offered", "accepted"))))
        ).scalar()
    )


def due_offers(session: Session, *, now: datetime, limit: int) -> list[UUID]:
    """Return and lock open offers whose time is over; those another worker holds are left to it."""
    return list(
        session.execute(
            select(Offer.id)
            .where(Offer.state == "offered", Offer.expires_at <= now)
            .order_by(Offer.expires_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).scalars()
    )


def offers_to_remind_of(session: Session, *, now: datetime, limit: int) -> list[Offer]:
    """Return and lock open offers whose day of reminding has come and that nobody was reminded of yet."""
    days = func.make_interval(0, 0, 0, Edition.remind_days)
    return list(
        session.execute(
            select(Offer)
            .join(Edition, Edition.id == Offer.edition_id)
            .where(Offer.state == "offered", Offer.reminded_at.is_(None), Offer.expires_at > now)
            .where(Edition.remind_days > 0, Offer.expires_at - days <= now, Offer.offered_at < Offer.expires_at - days)
            .order_by(Offer.expires_at)
            .limit(limit)
            .with_for_update(of=Offer, skip_locked=True)
        ).scalars()
    )


def enrolment_of(session: Session, *, offer_id: UUID) -> UUID | None:
    """Return the enrolment that an accepted offer became, while it holds its place."""
    return session.execute(select(Enrolment.id).where(Enrolment.offer_id == offer_id, Enrolment.holds_place)).scalar()


def hold_of(session: Session, offer: Offer) -> Hold:
    """Return what an open offer is worth at this moment, by every pool it needs a place of."""
    needed = pools_held_by(session, decision_id=offer.decision_id)
    return pool(session, offer.edition_id).hold(needed)


class Answers(NamedTuple):
    """How many offers of an edition came to an end, and how many of them by being accepted."""

    accepted: int
    answered: int


def answers_so_far(session: Session, *, edition_id: UUID) -> Answers:
    """Return how the offers of an edition were answered; one that ran out was answered by silence."""
    rows = session.execute(
        select(Offer.answered_at.is_not(None) & Offer.state.in_(("accepted", "withdrawn")), func.count())
        .where(Offer.edition_id == edition_id, Offer.state != "offered")
        .group_by(text("1"))
    )
    found = dict(rows.all())
    return Answers(found.get(True, 0), sum(found.values()))


class OfferInEdition(NamedTuple):
    """An offer with its edition."""

    offer: Offer
    edition: Edition


def my_offer(session: Session, *, offer_id: UUID, person_id: UUID) -> OfferInEdition:
    """Return an offer of this person with its edition; refuses with :class:`OfferUnknown` for anybody else's."""
    found = session.execute(
        select(Offer, Edition)
        .join(Edition, Edition.id == Offer.edition_id)
        .where(Offer.id == offer_id, Offer.person_id == person_id)
    ).first()
    if found is None:
        raise OfferUnknown
    return OfferInEdition(found.Offer, found.Edition)
