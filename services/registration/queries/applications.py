from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session

from services.registration.errors import ApplicationUnknown, OfferUnknown
from services.registration.queries.offers import hold_of
from services.registration.queries.reserves import ReservePlace, reserve_place
from services.registration.rules.applications import LIVE
from services.registration.rules.offers import Hold
from shared.schema.people.published import Addressable
from shared.schema.registration import Application, Decision, Edition, Enrolment, Offer


def application_of(session: Session, *, edition_id: UUID, application_id: UUID) -> Application:
    """Return an application of this edition; refuses with :class:`ApplicationUnknown`."""
    found = session.execute(
        select(Application).where(Application.id == application_id, Application.edition_id == edition_id)
    ).scalar()
    if found is None:
        raise ApplicationUnknown
    return found


_LIVE: Final = select(Application.id).where(
    Application.edition_id == bindparam("edition_id"),
    Application.person_id == bindparam("person_id"),
    Application.state.in_(LIVE),
)


def live_application_of(session: Session, *, edition_id: UUID, person_id: UUID) -> UUID | None:
    """Return the person's application that stands in this edition, if there is one."""
    return session.execute(_LIVE, {"edition_id": edition_id, "person_id": person_id}).scalar()


@dataclass(frozen=True)
class Mine:
    """One of a person's applications with everything that hangs on it."""

    application: Application
    edition: Edition
    outcome: str | None
    offer: Offer | None
    enrolment: Enrolment | None
    hold: Hold = "held"
    """What the offer is worth, while it is open."""
    reserve: ReservePlace | None = None
    """Where it stands on the reserve list, where the edition tells."""


_NEWEST: Final = (
    select(Offer.id)
    .where(Offer.application_id == Application.id)
    .order_by(Offer.offered_at.desc())
    .limit(1)
    .correlate(Application)
    .scalar_subquery()
)
_MINE: Final = (
    select(Application, Edition, Decision.outcome, Offer, Enrolment)
    .join(Edition, Edition.id == Application.edition_id)
    .outerjoin(Decision, and_(Decision.application_id == Application.id, Decision.state == "released"))
    .outerjoin(Offer, Offer.id == _NEWEST)
    .outerjoin(Enrolment, Enrolment.offer_id == Offer.id)
    .where(Application.person_id == bindparam("person_id"))
    .order_by(Edition.starts_on.desc(), Application.created_at.desc())
)
_ONE_OF_MINE: Final = _MINE.where(Application.id == bindparam("application_id"))


def applications_of(session: Session, *, person_id: UUID, application_id: UUID | None = None) -> list[Mine]:
    """Return a person's applications, newest first, with released outcome, newest offer and its enrolment."""
    wanted = _MINE if application_id is None else _ONE_OF_MINE
    asked = {"person_id": person_id, "application_id": application_id}
    return [_told(session, Mine(*row)) for row in session.execute(wanted, asked)]


def _told(session: Session, mine: Mine) -> Mine:
    if mine.outcome == "reserve" and mine.application.state == "decided" and mine.edition.tells_reserve_place:
        place = reserve_place(session, edition_id=mine.edition.id, application_id=mine.application.id)
        return replace(mine, reserve=place)
    if mine.offer is None or mine.offer.state != "offered":
        return mine
    return replace(mine, hold=hold_of(session, mine.offer))


def my_application(session: Session, *, person_id: UUID, application_id: UUID) -> Mine:
    """Return one of the person's applications; refuses with :class:`ApplicationUnknown` for anybody else's."""
    found = applications_of(session, person_id=person_id, application_id=application_id)
    if not found:
        raise ApplicationUnknown
    return found[0]


def mine_with_place(session: Session, *, person_id: UUID, enrolment_id: UUID) -> Mine:
    """Return the person's application that this place came from; refuses with :class:`OfferUnknown`."""
    for one in applications_of(session, person_id=person_id):
        if one.enrolment is not None and one.enrolment.id == enrolment_id:
            return one
    raise OfferUnknown


def person_of(session: Session, person_id: UUID) -> Addressable:
    """Return a person."""
    return session.execute(select(Addressable).where(Addressable.id == person_id)).scalar_one()
