"""The reserve list: ranked, moved by one click, explained."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from sqlalchemy import select, update

from services.registration.actions.decisions import propose_decisions
from services.registration.actions.releases import release_decisions
from services.registration.app import BLUEPRINTS
from services.registration.queries.releases import waiting_batch
from services.registration.queries.reserves import reserve_list
from shared.deeds import Deed
from shared.schema.registration import Application, Decision, Edition, Review
from tests.support.registration import DESK, NOW
from tests.support.reviewing import SLUG, House, house_under_review
from tests.support.web import Browser, app_of, form_token, person_called, press, signed_in_as

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from shared.database import Database

PAGE = f"/desk/e/{SLUG}/selection/reserve"


@pytest.fixture
def house(registration_database: Database) -> House:
    """Everybody is a reserve, the last to apply with the best reviews; one place is there."""
    house = house_under_review(registration_database)
    house.share_out()
    for reader in house.reviewers:
        for review in house.in_hand(reader):
            with house.database.reading() as session:
                application_id = session.execute(select(Review.application_id).where(Review.id == review)).scalar_one()
            score = 1 + house.applications.index(application_id) % 5
            house.score(reader, review, need=score, plan=score)
    with house.database.transaction() as session:
        session.execute(update(Edition).values(capacity=1))
        propose_decisions(
            session, edition_id=house.edition_id, application_ids=house.applications, outcome="reserve", note="",
            deed=Deed(DESK, NOW),
        )  # fmt: skip
        seen = waiting_batch(session, edition_id=house.edition_id).digest
        release_decisions(session, edition_id=house.edition_id, seen=seen, deed=Deed(DESK, NOW))
    return house


def waiting(house: House) -> list[UUID]:
    with house.database.reading() as session:
        return [one.application_id for one in reserve_list(session, edition_id=house.edition_id)]


def organiser(house: House) -> Browser:
    app = app_of(*BLUEPRINTS, database=house.database)
    return signed_in_as(app, house.database, person_called(house.database, "Ola", roles=["organiser"]), means="staff")


def leave(house: House, application_id: UUID) -> TestResponse:
    """Press the button of the personal page."""
    with house.database.reading() as session:
        person = session.execute(select(Application.person_id).where(Application.id == application_id)).scalar_one()
    assert person is not None
    browser = signed_in_as(app_of(*BLUEPRINTS, database=house.database), house.database, person, means="link")
    page, path = browser.get("/me").text, f"/me/applications/{application_id}/withdraw"
    assert f'action="{path}"' in page
    answer: TestResponse = press(browser, path, csrf_token=form_token(page))
    assert f'action="{path}"' not in browser.get("/me").text
    return answer


def promote(browser: Browser, application_id: UUID, why: str = "") -> TestResponse:
    token = form_token(browser.get(PAGE).text)
    answer: TestResponse = press(browser, f"{PAGE}/{application_id}", csrf_token=token, why=why)
    return answer


def proposed(house: House) -> list[tuple[UUID, str, str]]:
    with house.database.reading() as session:
        rows = session.execute(
            select(Decision.application_id, Decision.outcome, Decision.note).where(Decision.state == "proposed")
        )
        return [(one[0], one[1], one[2]) for one in rows]


def test_a_free_place_is_proposed_to_who_stands_first_and_to_nobody_twice(house: House) -> None:
    browser, order = organiser(house), waiting(house)
    assert order[0] == house.applications[4]
    assert promote(browser, order[0]).headers["Location"].endswith("/decisions")
    assert proposed(house) == [(order[0], "accept", "From the reserve list, number 1 of 6.")]
    refused = promote(browser, order[1], "Now.")
    assert "places left" in browser.get(refused.headers["Location"]).text
    assert len(proposed(house)) == 1


def test_whoever_goes_before_others_goes_for_a_reason(house: House) -> None:
    browser, order = organiser(house), waiting(house)
    refused = promote(browser, order[2])
    assert proposed(house) == []
    assert "Say why this person goes before the others" in browser.get(refused.headers["Location"]).text
    promote(browser, order[2], "She speaks for the region.")
    assert proposed(house) == [(order[2], "accept", "From the reserve list, number 3 of 6. She speaks for the region.")]


def test_whoever_leaves_by_one_click_makes_room_for_the_next(house: House) -> None:
    first, second, *_others = waiting(house)
    assert leave(house, first).status_code == 303
    assert waiting(house)[0] == second
    assert len(waiting(house)) == 5


@pytest.mark.parametrize("role", ["approver", "reviewer", "viewer"])
def test_only_an_organiser_moves_the_list(house: House, role: str) -> None:
    app = app_of(*BLUEPRINTS, database=house.database)
    browser = signed_in_as(app, house.database, person_called(house.database, "Vera", roles=[role]), means="staff")
    assert browser.get(PAGE).status_code == (200 if role == "approver" else 403)
    page = browser.get("/desk").text
    assert press(browser, f"{PAGE}/{waiting(house)[0]}", csrf_token=form_token(page)).status_code == 403
    assert proposed(house) == []
