"""Places of groups: an offer takes one in each pool it needs, and the reserve list moves within them by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from services.registration.actions.decisions import take_back_proposal
from services.registration.actions.offers import accept_offer, decline_offer, withdraw_enrolment
from services.registration.actions.pools import PoolTaken, make_pool
from services.registration.actions.releases import recall_release, release_decisions
from services.registration.app import BLUEPRINTS
from services.registration.errors import EditionFull, NotEnoughPlaces
from services.registration.queries.places import pool
from services.registration.queries.releases import waiting_batch
from services.registration.reactions import reactions
from shared.deeds import Deed
from shared.outbox import drain
from shared.schema.registration import Decision, Edition, Offer, PlacePool
from tests.support.registration import (
    DESK,
    NOW,
    Applied,
    apply,
    decide,
    make_edition,
    offer_of,
    release,
)
from tests.support.web import app_of, form_token, person_called, press, signed_in_as

if TYPE_CHECKING:
    from shared.database import Database


def pool_for(database: Database, edition_id: UUID, trait: str, value: str, capacity: int) -> UUID:
    with database.transaction() as session:
        return make_pool(
            session, edition_id=edition_id, name={"en": f"{value} room"}, trait=trait, value=value, capacity=capacity,
            deed=Deed(DESK, NOW),
        )  # fmt: skip


def people(database: Database, edition_id: UUID, *languages: str, **more: Any) -> list[Applied]:
    return [
        apply(database, edition_id, email=f"p{number}@example.org", name=f"P{number}", language=language, **more)
        for number, language in enumerate(languages)
    ]


def lefts(database: Database, edition_id: UUID) -> list[int]:
    """What the edition and each of its pools have left, in the order in which the pools were made."""
    with database.reading() as session:
        return list(pool(session, edition_id).lefts().values())


def react(database: Database) -> None:
    drain(database, reactions, seconds=20, now=lambda: NOW + timedelta(days=1))


def test_a_batch_that_does_not_fit_into_a_pool_is_not_released_at_all(registration_database: Database) -> None:
    edition = make_edition(registration_database, capacity=9)
    pool_for(registration_database, edition, "language", "fr", 1)
    for one in people(registration_database, edition, "fr", "fr", "en"):
        decide(registration_database, one)
    with pytest.raises(NotEnoughPlaces) as refused:
        release(registration_database, edition)
    assert str(refused.value) == "“fr room”: 2 accepts, 1 places left."
    assert lefts(registration_database, edition) == [9, 1]


def test_an_offer_takes_a_place_in_each_pool_it_needs_and_gives_each_back(registration_database: Database) -> None:
    edition = make_edition(registration_database, capacity=9)
    pool_for(registration_database, edition, "language", "fr", 2)
    pool_for(registration_database, edition, "country", "SN", 5)
    one, other = people(registration_database, edition, "fr", "en")
    decide(registration_database, one)
    decide(registration_database, other)
    release(registration_database, edition)
    assert lefts(registration_database, edition) == [7, 1, 3]
    offer = offer_of(registration_database, one)
    with registration_database.transaction() as session:
        enrolment_id = accept_offer(session, offer_id=offer.id, deed=Deed(one.person_id, NOW))
    assert lefts(registration_database, edition) == [7, 1, 3]
    with registration_database.transaction() as session:
        withdraw_enrolment(session, enrolment_id=enrolment_id, deed=Deed(one.person_id, NOW))
        decline_offer(session, offer_id=offer_of(registration_database, other).id, deed=Deed(other.person_id, NOW))
    assert lefts(registration_database, edition) == [9, 2, 5]


def test_a_release_that_is_taken_back_holds_no_place_of_a_pool(registration_database: Database) -> None:
    edition = make_edition(registration_database, capacity=9)
    pool_for(registration_database, edition, "language", "fr", 2)
    [one] = people(registration_database, edition, "fr")
    decide(registration_database, one)
    with registration_database.transaction() as session:
        seen = waiting_batch(session, edition_id=edition).digest
        begun = release_decisions(
            session, edition_id=edition, seen=seen, deed=Deed(DESK, NOW), recall=timedelta(minutes=1)
        )
    assert lefts(registration_database, edition) == [8, 1]
    with registration_database.transaction() as session:
        recall_release(session, edition_id=edition, batch_id=begun.batch_id, deed=Deed(DESK, NOW))
    assert lefts(registration_database, edition) == [9, 2]
    release(registration_database, edition)
    assert lefts(registration_database, edition) == [8, 1]


def test_a_pool_made_later_counts_who_is_there_and_a_lowered_one_still_holds(registration_database: Database) -> None:
    edition = make_edition(registration_database, capacity=9)
    two = people(registration_database, edition, "fr", "fr")
    for one in two:
        decide(registration_database, one)
    release(registration_database, edition)
    room = pool_for(registration_database, edition, "language", "fr", 3)
    assert lefts(registration_database, edition) == [7, 1]
    with registration_database.transaction() as session:
        session.get_one(PlacePool, room).capacity = 1
    results = []
    for one in two:
        try:
            with registration_database.transaction() as session:
                offer = offer_of(registration_database, one)
                accept_offer(session, offer_id=offer.id, deed=Deed(one.person_id, NOW))
            results.append("taken")
        except EditionFull as refused:
            results.append(str(refused))
    assert results == ["taken", "Others were quicker: all places of “fr room” are taken at the moment."]
    with pytest.raises(PoolTaken):
        pool_for(registration_database, edition, "language", "fr", 3)


def reserves(database: Database, edition: UUID, *languages: str) -> list[Applied]:
    """Somebody with an offer of the only place, and a reserve list; without reviews it stands by names."""
    everybody = people(database, edition, *languages)
    for place, one in enumerate(everybody):
        decide(database, one, "reserve" if place else "accept")
    release(database, edition)
    return everybody


def accepted(database: Database) -> list[tuple[UUID, str]]:
    with database.reading() as session:
        rows = session.execute(
            select(Decision.application_id, Decision.note)
            .join(Offer, Offer.decision_id == Decision.id)
            .where(Offer.state == "offered")
        )
        return [(one[0], one[1]) for one in rows]


def give_back(database: Database, one: Applied) -> None:
    with database.transaction() as session:
        decline_offer(session, offer_id=offer_of(database, one).id, deed=Deed(one.person_id, NOW))


def test_a_place_given_back_goes_to_the_first_reserve_it_fits_and_says_so(registration_database: Database) -> None:
    edition = make_edition(registration_database, capacity=1, promotes_itself=True)
    pool_for(registration_database, edition, "language", "fr", 0)
    first, second, third, _fourth = reserves(registration_database, edition, "en", "fr", "en", "en")
    react(registration_database)
    assert accepted(registration_database) == [(first.application_id, "")]
    give_back(registration_database, first)
    react(registration_database)
    why = "From the reserve list, number 2 of 3. There is no place in “fr room” for those before, who are 1."
    assert accepted(registration_database) == [(third.application_id, why)]
    react(registration_database)
    assert len(accepted(registration_database)) == 1
    assert second.application_id != third.application_id


def test_more_places_go_to_the_list_at_once(registration_database: Database) -> None:
    edition = make_edition(registration_database, capacity=1, promotes_itself=True)
    everybody = reserves(registration_database, edition, "en", "en", "fr", "en")
    with registration_database.transaction() as session:
        session.execute(update(Edition).values(capacity=3))
    give_back(registration_database, everybody[0])
    react(registration_database)
    assert {one[0] for one in accepted(registration_database)} == {one.application_id for one in everybody[1:]}


def test_a_place_for_which_an_accept_is_proposed_does_not_go_to_the_list_until_it_is_dropped(
    registration_database: Database,
) -> None:
    edition = make_edition(registration_database, capacity=1, promotes_itself=True)
    first, second, _third = reserves(registration_database, edition, "en", "en", "en")
    late = apply(registration_database, edition, email="late@example.org", name="Late")
    decide(registration_database, late)
    give_back(registration_database, first)
    react(registration_database)
    assert accepted(registration_database) == []
    with registration_database.transaction() as session:
        take_back_proposal(session, edition_id=edition, application_id=late.application_id, deed=Deed(DESK, NOW))
    react(registration_database)
    assert [one[0] for one in accepted(registration_database)] == [second.application_id]


@pytest.mark.parametrize(("changes", "days"), [({"promotes_itself": False}, 1), ({"promotes_itself": True}, 92)])
def test_nothing_moves_by_itself_unless_the_edition_says_so_and_not_once_it_has_begun(
    registration_database: Database, changes: dict[str, Any], days: int
) -> None:
    edition = make_edition(registration_database, capacity=1, **changes)
    first, *_others = reserves(registration_database, edition, "en", "en")
    give_back(registration_database, first)
    drain(registration_database, reactions, seconds=20, now=lambda: NOW + timedelta(days=days))
    assert accepted(registration_database) == []


def test_the_desk_gives_a_group_places_and_an_edition_tells_a_reserve_where_she_stands(
    registration_database: Database,
) -> None:
    edition = make_edition(registration_database, capacity=1, tells_reserve_place=True)
    _first, second, third = reserves(registration_database, edition, "en", "en", "en")
    app = app_of(*BLUEPRINTS, database=registration_database)
    organiser = person_called(registration_database, "Ola", roles=["organiser"])
    desk = signed_in_as(app, registration_database, organiser, means="staff")
    page = "/desk/e/spring-2026/selection/pools"
    token = form_token(desk.get(page).text)
    press(desk, page, csrf_token=token, group="language:fr", capacity="4", name_en="French room", name_fr="Salle")
    assert "French room" in desk.get(page).text
    assert lefts(registration_database, edition) == [0, 4]
    with registration_database.reading() as session:
        made = session.execute(select(PlacePool.id)).scalar_one()
    press(desk, f"{page}/{made}", csrf_token=token, capacity="2", name_en="The French room")
    assert lefts(registration_database, edition) == [0, 2]
    press(desk, f"{page}/{made}/remove", csrf_token=token)
    assert lefts(registration_database, edition) == [0]
    for one, told in ((second, "rang 1 sur 2"), (third, "rang 2 sur 2")):
        browser = signed_in_as(app, registration_database, one.person_id, means="link")
        assert f"Vous êtes aujourd’hui au {told} de la liste de réserve." in browser.get("/me").text


def test_the_release_page_says_how_likely_more_accept_than_there_are_places(registration_database: Database) -> None:
    edition = make_edition(registration_database, capacity=2, over_offer=1)
    for one in people(registration_database, edition, "en", "en", "en"):
        decide(registration_database, one)
    app = app_of(*BLUEPRINTS, database=registration_database)
    organiser = person_called(registration_database, "Ola", roles=["organiser"])
    desk = signed_in_as(app, registration_database, organiser, means="staff")
    page = desk.get("/desk/e/spring-2026/decisions/release").text
    assert "3 offers will be open for 2 places." in page
    assert "If 90% accept, they are more than the places with a chance of 73%." in page
