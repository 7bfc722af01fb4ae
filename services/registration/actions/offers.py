from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registration.errors import EditionFull, NotWithdrawable, OfferAnswered, OfferLapsed, OfferUnknown
from services.registration.queries.offers import due_offers, enrolment_of, offers_to_remind_of
from services.registration.queries.places import TakePool, locked_pool
from services.registration.queries.pools import pools_held_by
from services.registration.rules import offers as rules
from services.registration.rules.editions import wording
from shared.errors import Refusal
from shared.facts.registration import OfferEnding
from shared.history import Deed, begin, move
from shared.outbox import record
from shared.schema.base import new_id
from shared.schema.registration import Enrolment, Offer
from shared.words.languages import current_locale
from shared.words.sentences import _l


class PoolFull(EditionFull):
    """All places of a group are taken."""

    title = _l("There are no places left for your group")

    def __init__(self, name: Mapping[str, str]) -> None:
        called = wording(name, current_locale()).text
        super().__init__(_l("Others were quicker: all places of “%(pool)s” are taken at the moment.", pool=called))


_REFUSED: Final[dict[str, type[Refusal]]] = {"answered": OfferAnswered, "expired": OfferLapsed, "full": EditionFull}


def accept_offer(session: Session, *, offer_id: UUID, deed: Deed, take_pool: TakePool = locked_pool) -> UUID:
    """Take the place that an offer to the doer holds; return the enrolment, the same when it was taken before.

    Never oversold: the rows of the edition and of the pools it needs are locked, then enrolments are counted against
    the capacities as they are now, so that more offers than places, or a capacity lowered since, cannot seat too many.
    Refuses with
    :class:`OfferUnknown`, :class:`OfferAnswered`, :class:`OfferLapsed`, :class:`EditionFull` or :class:`PoolFull`.
    """
    known = session.execute(
        select(Offer.edition_id, Offer.decision_id).where(Offer.id == offer_id, Offer.person_id == deed.doer)
    ).first()
    if known is None:
        raise OfferUnknown
    edition_id, decision_id = known
    needed = pools_held_by(session, decision_id=decision_id)
    places = take_pool(session, edition_id, needed)
    offer = session.execute(select(Offer).where(Offer.id == offer_id)).scalar_one()
    taken = enrolment_of(session, offer_id=offer_id) if offer.state == "accepted" else None
    if taken is not None:
        return taken  # pressed twice
    refused = rules.why_not_accepted(
        state=offer.state, expires=offer.expires_at, capacity=places.capacity, enrolled=places.enrolled, now=deed.at
    )
    if refused:
        raise _REFUSED[refused]
    for one in places.among(needed):
        if one.enrolled >= one.capacity:
            raise PoolFull(one.name)
    enrolment_id = new_id()
    more = {offer_id: {"enrolment_id": enrolment_id}}
    move(session, rules.OFFER, [offer_id], "accepted", deed, more=more, answered_at=deed.at)
    row = {
        "id": enrolment_id,
        "offer_id": offer_id,
        "application_id": offer.application_id,
        "edition_id": edition_id,
        "person_id": deed.doer,
        "enrolled_at": deed.at,
        "updated_at": deed.at,
    }
    begin(session, rules.ENROLMENT, "accepted", deed, [row])
    return enrolment_id


def decline_offer(session: Session, *, offer_id: UUID, deed: Deed, reason: rules.Reason = "") -> None:
    """Give back the place that is held for the doer; it can go to somebody else at once. Done twice it is done once.

    ``reason`` is counted, ``deed.why`` is the doer's own words.
    """
    offer = session.execute(
        select(Offer).where(Offer.id == offer_id, Offer.person_id == deed.doer).with_for_update()
    ).scalar()
    if offer is None:
        raise OfferUnknown
    if offer.state == "declined":
        return
    if offer.state == "expired":
        raise OfferLapsed
    if offer.state != "offered":
        raise OfferAnswered
    move(session, rules.OFFER, [offer_id], "declined", deed, answered_at=deed.at, reason=reason)


def expire_offers(session: Session, *, now: datetime, limit: int = 200) -> int:
    """End open offers whose time is over, at most ``limit`` at once; return how many. Their places are free."""
    due = due_offers(session, now=now, limit=limit)
    move(session, rules.OFFER, due, "expired", Deed(None, now))
    return len(due)


def remind_of_offers(session: Session, *, now: datetime, limit: int = 200) -> int:
    """Remind whoever has an open offer that ends soon, each once; at most ``limit`` people; return how many.

    Whoever got the offer within the days of reminding is not told again of what she has just read.
    """
    due = offers_to_remind_of(session, now=now, limit=limit)
    for offer in due:
        offer.reminded_at = now
        fact = OfferEnding(offer_id=offer.id, person_id=offer.person_id, edition_id=offer.edition_id)
        record(session, fact, Deed(None, now))
    return len(due)


def withdraw_enrolment(session: Session, *, enrolment_id: UUID, deed: Deed) -> None:
    """Give up the place the doer took. It is free at once, and what came with it closes. Done twice it is done once."""
    enrolment = session.execute(
        select(Enrolment).where(Enrolment.id == enrolment_id, Enrolment.person_id == deed.doer).with_for_update()
    ).scalar()
    if enrolment is None:
        raise OfferUnknown
    if enrolment.state == "withdrawn":
        return
    if not rules.ENROLMENT.allows(enrolment.state, "withdrawn"):
        raise NotWithdrawable
    move(session, rules.ENROLMENT, [enrolment_id], "withdrawn", deed, updated_at=deed.at)
    move(session, rules.OFFER, [enrolment.offer_id], "withdrawn", deed, leaving="accepted")
