"""Places are never sold twice, however many hands reach for them at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from sqlalchemy import func, insert, select

from services.registration.actions.offers import accept_offer, decline_offer, expire_offers, withdraw_enrolment
from services.registration.actions.releases import release_decisions
from services.registration.errors import EditionFull, NotEnoughPlaces, OfferLapsed, OfferUnknown
from services.registration.queries.places import Pool, TakePool, locked_pool, pool
from services.registration.queries.releases import waiting_batch
from shared.deeds import Deed
from shared.schema.base import new_id
from shared.schema.outbox.entries import FactRow
from shared.schema.people.persons import Person
from shared.schema.registration import Application, Decision, Edition, Enrolment, Offer
from tests.support.registration import DESK, NOW, apply, decide, edition_row, make_edition, offer_of, release

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from shared.database import Database

OFFERS = 200
PLACES = 50


@pytest.fixture
def offers(registration_database: Database) -> list[tuple[UUID, UUID]]:
    """200 open offers for 50 places: the edition offers more than it has, because some people decline."""
    made: list[tuple[UUID, UUID]] = []
    with registration_database.transaction() as session:
        edition = edition_row(capacity=PLACES, over_offer=OFFERS - PLACES)
        session.add(edition)
        session.flush()  # the rows below point to it
        rows: dict[str, list[dict[str, object]]] = {"person": [], "application": [], "decision": [], "offer": []}
        for number in range(OFFERS):
            person, application, decision, offer = new_id(), new_id(), new_id(), new_id()
            made.append((offer, person))
            rows["person"].append(
                {"id": person, "email": f"p{number}@example.org", "name": f"P {number}", "email_proved_at": NOW}
            )
            rows["application"].append(
                {
                    "id": application, "edition_id": edition.id, "person_id": person, "state": "decided",
                    "name": f"P {number}", "called": "", "email": f"p{number}@example.org", "country": "SN",
                    "organisation": "", "language": "fr", "locale": "fr", "form_version": 1, "answers": {},
                    "consent": "", "consented_at": NOW, "created_at": NOW, "submitted_at": NOW, "updated_at": NOW,
                }
            )  # fmt: skip
            rows["decision"].append(
                {
                    "id": decision, "application_id": application, "edition_id": edition.id, "outcome": "accept",
                    "state": "replaced", "note": "", "proposed_at": NOW,
                }
            )  # fmt: skip
            rows["offer"].append(
                {
                    "id": offer, "application_id": application, "decision_id": decision, "edition_id": edition.id,
                    "person_id": person, "state": "offered", "offered_at": NOW, "expires_at": NOW + timedelta(days=9),
                }
            )  # fmt: skip
        for table, name in ((Person, "person"), (Application, "application"), (Decision, "decision"), (Offer, "offer")):
            session.execute(insert(table), rows[name])
    return made


def accept_all_at_once(database: Database, offers: list[tuple[UUID, UUID]], take_pool: TakePool) -> int:
    def accept(offer: tuple[UUID, UUID]) -> bool:
        try:
            with database.transaction() as session:
                accept_offer(session, offer_id=offer[0], take_pool=take_pool, deed=Deed(offer[1], NOW))
        except EditionFull:
            return False
        return True

    with ThreadPoolExecutor(40) as hands:
        return sum(hands.map(accept, offers))


def enrolled(database: Database) -> int:
    with database.reading() as session:
        return session.execute(select(func.count()).select_from(Enrolment)).scalar_one()


def facts(database: Database, name: str) -> int:
    with database.reading() as session:
        return session.execute(select(func.count()).select_from(FactRow).where(FactRow.name == name)).scalar_one()


def test_two_hundred_acceptances_at_once_fill_exactly_fifty_places(
    registration_database: Database, offers: list[tuple[UUID, UUID]]
) -> None:
    accepted = accept_all_at_once(registration_database, offers, locked_pool)
    assert accepted == PLACES
    assert enrolled(registration_database) == PLACES
    assert facts(registration_database, "OfferAccepted") == PLACES


def test_without_the_lock_the_same_race_oversells(
    registration_database: Database, offers: list[tuple[UUID, UUID]]
) -> None:
    """The negative control: the guard above is what keeps the promise, not luck."""

    def unlocked_pool(session: Session, edition_id: UUID, _needed: object) -> Pool:
        return pool(session, edition_id)

    accept_all_at_once(registration_database, offers, unlocked_pool)
    assert enrolled(registration_database) > PLACES


def test_one_offer_accepted_by_many_clicks_at_once_is_one_place(registration_database: Database) -> None:
    edition = make_edition(registration_database)
    applied = apply(registration_database, edition)
    decide(registration_database, applied)
    release(registration_database, edition)
    offer = offer_of(registration_database, applied)

    def accept(_click: int) -> UUID:
        with registration_database.transaction() as session:
            return accept_offer(session, offer_id=offer.id, deed=Deed(applied.person_id, NOW))

    with ThreadPoolExecutor(20) as clicks:
        assert len(set(clicks.map(accept, range(20)))) == 1
    assert enrolled(registration_database) == 1
    assert facts(registration_database, "OfferAccepted") == 1


def test_offers_hold_places_and_a_batch_that_does_not_fit_is_not_released_at_all(
    registration_database: Database,
) -> None:
    edition = make_edition(registration_database, capacity=1)
    first = apply(registration_database, edition)
    second = apply(registration_database, edition, email="b@example.org")
    third = apply(registration_database, edition, email="c@example.org")
    decide(registration_database, first)
    release(registration_database, edition)
    decide(registration_database, second)
    decide(registration_database, third, "decline")
    with pytest.raises(NotEnoughPlaces):
        release(registration_database, edition)
    assert facts(registration_database, "DecisionReleased") == 1


def test_a_declined_offer_frees_the_place_for_somebody_else(registration_database: Database) -> None:
    edition = make_edition(registration_database, capacity=1)
    first = apply(registration_database, edition)
    second = apply(registration_database, edition, email="b@example.org")
    decide(registration_database, first)
    release(registration_database, edition)
    with registration_database.transaction() as session:
        offer = offer_of(registration_database, first)
        decline_offer(session, offer_id=offer.id, deed=Deed(first.person_id, NOW))
    decide(registration_database, second)
    release(registration_database, edition)
    assert offer_of(registration_database, second).state == "offered"


def test_offers_end_when_their_time_is_over_and_can_then_be_made_anew(registration_database: Database) -> None:
    edition = make_edition(registration_database, capacity=1, offer_days=14)
    applied = apply(registration_database, edition)
    decide(registration_database, applied)
    release(registration_database, edition)
    offer = offer_of(registration_database, applied)
    with registration_database.transaction() as session:
        assert expire_offers(session, now=NOW + timedelta(days=13)) == 0
    with pytest.raises(OfferLapsed), registration_database.transaction() as session:
        accept_offer(session, offer_id=offer.id, deed=Deed(applied.person_id, NOW + timedelta(days=15)))
    with registration_database.transaction() as session:
        assert expire_offers(session, now=NOW + timedelta(days=14)) == 0, "the day is not over in Toronto"
        assert expire_offers(session, now=NOW + timedelta(days=15)) == 1
    assert facts(registration_database, "OfferExpired") == 1
    decide(registration_database, applied, now=NOW + timedelta(days=15))
    release(registration_database, edition, now=NOW + timedelta(days=15))
    assert offer_of(registration_database, applied).state == "offered"


def test_giving_a_place_up_frees_it(registration_database: Database) -> None:
    edition = make_edition(registration_database, capacity=1)
    applied = apply(registration_database, edition)
    decide(registration_database, applied)
    release(registration_database, edition)
    offer = offer_of(registration_database, applied)
    with registration_database.transaction() as session:
        enrolment_id = accept_offer(session, offer_id=offer.id, deed=Deed(applied.person_id, NOW))
    with registration_database.transaction() as session:
        withdraw_enrolment(session, enrolment_id=enrolment_id, deed=Deed(applied.person_id, NOW, "ill"))
    with registration_database.reading() as session:
        assert pool(session, edition).left == 1
    assert facts(registration_database, "EnrolmentWithdrawn") == 1


def test_a_capacity_lowered_after_the_offers_were_made_still_holds(registration_database: Database) -> None:
    edition = make_edition(registration_database, capacity=2)
    applied = [apply(registration_database, edition, email=f"{name}@example.org") for name in "ab"]
    for one in applied:
        decide(registration_database, one)
    release(registration_database, edition)
    with registration_database.transaction() as session:
        session.get_one(Edition, edition).capacity = 1
    results = []
    for one in applied:
        try:
            with registration_database.transaction() as session:
                offer = offer_of(registration_database, one)
                accept_offer(session, offer_id=offer.id, deed=Deed(one.person_id, NOW))
            results.append("taken")
        except EditionFull:
            results.append("full")
    assert results == ["taken", "full"]


def test_nobody_accepts_another_persons_offer(registration_database: Database) -> None:
    edition = make_edition(registration_database)
    first = apply(registration_database, edition)
    second = apply(registration_database, edition, email="b@example.org")
    decide(registration_database, first)
    release(registration_database, edition)
    offer = offer_of(registration_database, first)
    with pytest.raises(OfferUnknown), registration_database.transaction() as session:
        accept_offer(session, offer_id=offer.id, deed=Deed(second.person_id, NOW))


def test_a_batch_is_released_as_it_was_looked_at_or_not_at_all(registration_database: Database) -> None:
    from services.registration.errors import BatchChanged

    edition = make_edition(registration_database)
    first = apply(registration_database, edition)
    second = apply(registration_database, edition, email="b@example.org")
    decide(registration_database, first)
    with registration_database.reading() as session:
        seen = waiting_batch(session, edition_id=edition).digest
    decide(registration_database, second)
    with pytest.raises(BatchChanged), registration_database.transaction() as session:
        release_decisions(session, edition_id=edition, seen=seen, deed=Deed(DESK, NOW))
    assert facts(registration_database, "DecisionReleased") == 0
