"""The pages of reviews and scenarios."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from services.registration.app import BLUEPRINTS
from shared.schema.registration import Decision
from tests.support.registration import Applied, decide
from tests.support.reviewing import SLUG, House, house_under_review
from tests.support.web import Browser, app_of, form_token, person_called, press, signed_in_as

if TYPE_CHECKING:
    from flask import Flask

    from shared.database import Database


@pytest.fixture
def house(registration_database: Database) -> House:
    return house_under_review(registration_database)


@pytest.fixture
def app(house: House) -> Flask:
    return app_of(*BLUEPRINTS, database=house.database)


def send(browser: Browser, path: str, **fields: object) -> Any:
    """Press a button: with the secret of this browser's forms."""
    page = browser.get(f"/desk/e/{SLUG}/reviews").text
    return press(browser, path, csrf_token=form_token(page), **fields)


def desk(app: Flask, house: House, *roles: str) -> Browser:
    person = person_called(house.database, "Ola " + "-".join(roles), roles=list(roles))
    return signed_in_as(app, house.database, person, means="staff")


def test_a_review_is_written_kept_handed_in_and_only_then_shows_the_others(house: House, app: Flask) -> None:
    house.share_out()
    first, second, third = house.reviewers
    for other in (second, third):
        for review in house.in_hand(other):
            house.score(other, review, need=2, plan=2)
    browser = signed_in_as(app, house.database, first, means="staff")
    queue = browser.get(f"/desk/e/{SLUG}/reviews").text
    page = re.findall(rf"/desk/e/{SLUG}/reviews/[0-9a-f-]{{36}}", queue)[0]
    shown = browser.get(page).text
    assert "1 none, 5 worked out" in shown
    assert "Words of" not in shown
    missing = send(browser, page, score_need="4", comment="A <b>good</b> plan", go="hand_in")
    assert missing.status_code == 422
    assert "Choose a score" in missing.text
    assert "A &lt;b&gt;good&lt;/b&gt; plan" in missing.text
    assert send(browser, page, score_need="4", comment="Later", go="keep").status_code == 303
    assert "Words of" not in browser.get(page).text
    assert "Later" in browser.get(page).text
    handed = send(browser, page, score_need="4", score_plan="5", comment="Good", go="hand_in")
    assert handed.headers["Location"] != page
    assert "Words of" in browser.get(page).text
    again = send(browser, page, score_need="1", score_plan="1", go="hand_in")
    assert again.status_code in {303, 409}
    assert send(browser, page + "/reopen").status_code == 303
    assert "Words of" not in browser.get(page).text


@pytest.mark.parametrize("typed", ["0", "6", "-1", "five", "5.0", "９", "99999999999", "5 OR 1=1"])
def test_a_score_off_the_scale_is_refused_with_a_sentence(house: House, app: Flask, typed: str) -> None:
    house.share_out()
    reader = house.reviewers[0]
    page = f"/desk/e/{SLUG}/reviews/{house.in_hand(reader)[0]}"
    answer = send(
        signed_in_as(app, house.database, reader, means="staff"), page, score_need=typed, score_plan="3", go="hand_in"
    )
    assert answer.status_code == 422
    assert "Choose a score of the scale" in answer.text


@pytest.mark.parametrize("path", ["selection", "selection/ranking", "selection/scenarios", "selection/criteria/new"])
def test_a_reviewer_sees_no_ranking_and_changes_no_criterion(house: House, app: Flask, path: str) -> None:
    assert (
        signed_in_as(app, house.database, house.reviewers[0], means="staff").get(f"/desk/e/{SLUG}/{path}").status_code
        == 403
    )


def test_another_ones_review_is_not_found(house: House, app: Flask) -> None:
    house.share_out()
    foreign = house.in_hand(house.reviewers[0])[0]
    browser = signed_in_as(app, house.database, house.reviewers[1], means="staff")
    assert browser.get(f"/desk/e/{SLUG}/reviews/{foreign}").status_code == 404


def test_an_organiser_writes_criteria_names_reviewers_and_shares_out(app: Flask, house: House) -> None:
    organiser = desk(app, house, "organiser")
    page = f"/desk/e/{SLUG}/selection"
    nameless = send(organiser, page + "/criteria/new", name_en=" ", best="5", weight="1")
    assert nameless.status_code == 422
    made = send(organiser, page + "/criteria/new", name_en="Reach", best="5", weight="1,5")
    assert made.status_code == 422
    assert send(organiser, page + "/criteria/new", name_en="Reach", best="5", weight="1.5").status_code == 303
    assert "Reach" in organiser.get(page).text
    newcomer = person_called(house.database, "Newcomer", roles=["reviewer"])
    assert send(organiser, page + "/reviewers", person_id=str(newcomer)).status_code == 303
    assert send(organiser, page + "/assign").status_code == 303
    assert [len(house.in_hand(one)) for one in [*house.reviewers, newcomer]] == [3, 3, 3, 3]
    stranger = person_called(house.database, "Stranger")
    refused = send(organiser, page + "/reviewers", person_id=str(stranger))
    assert "Give them the role" in organiser.get(refused.headers["Location"]).text


def test_a_scenario_is_weighed_ruled_and_adopted_as_it_was_shown(app: Flask, house: House) -> None:
    house.share_out()
    for reader in house.reviewers:
        for number, review in enumerate(house.in_hand(reader)):
            house.score(reader, review, need=1 + number % 5, plan=3)
    organiser = desk(app, house, "organiser")
    begun = send(organiser, f"/desk/e/{SLUG}/selection/scenarios", name="By points")
    page = begun.headers["Location"]
    changed = send(organiser, page, name="By points", places="2", formula="mean")
    assert changed.status_code == 303
    assert "2 are chosen" in organiser.get(page).text
    ruled = send(organiser, page + "/rules", group="region:002", floor="3")
    assert ruled.status_code == 303
    assert "missing" in organiser.get(page).text  # three are asked for, two places are there
    assert send(organiser, page + "/rules", group="region:002", floor="2", ceiling="1").status_code == 303
    shown = organiser.get(page).text
    [seen] = re.findall(r'name="seen" value="([0-9a-f]{32})"', shown)
    decide(house.database, _applied(house, 0), "decline")
    adopted = send(organiser, page + "/adopt", seen=seen, others="reserve")
    assert adopted.headers["Location"].endswith("/decisions")
    with house.database.reading() as session:
        outcomes = session.execute(
            select(Decision.outcome, func.count()).where(Decision.state == "proposed").group_by(Decision.outcome)
        )
        assert dict(outcomes.all()) == {"accept": 2, "reserve": 4}
    stale = send(organiser, page + "/adopt", seen="0" * 32, others="leave")
    assert "has changed in the meantime" in organiser.get(stale.headers["Location"]).text


def _applied(house: House, number: int) -> Any:
    return Applied(house.edition_id, house.applications[number], UUID(int=0))
