"""Reviews: shared out evenly, blind until they are handed in, ranked, and weighed in scenarios."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

import pytest
from sqlalchemy import func, select

from services.registration.actions.reviews import (
    add_reviewer,
    assign_reviews,
    bar_reviewer,
    drop_reviewer,
    keep_scores,
    recuse,
    write_rubric,
)
from services.registration.app import BLUEPRINTS
from services.registration.errors import NoCriteria, ReviewHandedIn, ReviewUnknown
from services.registration.queries.rankings import ranked
from services.registration.queries.reviews import my_queue, reviewers_of, rubric_of, totals
from shared.clock import now
from shared.deeds import Deed
from shared.histories import past_of
from shared.schema.registration import Decision, Review
from tests.support.registration import DESK, NOW, Applied, apply, decide, make_edition
from tests.support.web import Browser, app_of, form_token, person_called, press, signed_in_as

if TYPE_CHECKING:
    from flask import Flask

    from shared.database import Database

SLUG = "spring-2026"
CRITERIA: list[dict[str, Any]] = [
    {"key": "need", "weight": 2.0, "best": 5, "name": {"en": "Need"}, "anchors": {}},
    {"key": "plan", "weight": 1.0, "best": 5, "name": {"en": "Plan"}, "anchors": {"en": "1 none, 5 worked out"}},
]


class House(NamedTuple):
    """An edition with six applications and three reviewers, nothing shared out."""

    database: Database
    edition_id: UUID
    applications: list[UUID]
    reviewers: list[UUID]

    def share_out(self) -> None:
        with self.database.transaction() as session:
            assign_reviews(session, edition_id=self.edition_id, deed=Deed(DESK, NOW))

    def in_hand(self, reviewer: UUID) -> list[UUID]:
        with self.database.reading() as session:
            queue = my_queue(session, edition_id=self.edition_id, person_id=reviewer)
        return [one.id for one in queue if one.state == "assigned"]

    def score(self, reviewer: UUID, review: UUID, *, hand_in: bool = True, **scores: int) -> None:
        with self.database.transaction() as session:
            keep_scores(
                session, edition_id=self.edition_id, review_id=review, scores=scores, recommendation="accept",
                comment=f"Words of {reviewer}", deed=Deed(reviewer, NOW), hand_in=hand_in,
            )  # fmt: skip


@pytest.fixture
def house(registration_database: Database) -> House:
    moment = now()
    edition_id = make_edition(
        registration_database, opens_at=NOW - timedelta(days=1), closes_at=moment + timedelta(days=5),
        starts_on=moment.date() + timedelta(days=60), ends_on=moment.date() + timedelta(days=64),
    )  # fmt: skip
    applications = [
        apply(registration_database, edition_id, email=f"{n}@example.org", name=f"Applicant {n}").application_id
        for n in range(6)
    ]
    reviewers = [person_called(registration_database, f"Reader {n}", roles=["reviewer"]) for n in range(3)]
    with registration_database.transaction() as session:
        write_rubric(session, edition_id=edition_id, criteria=CRITERIA, reviews_each=2, deed=Deed(DESK, NOW))
        for one in reviewers:
            add_reviewer(session, edition_id=edition_id, person_id=one, languages=[], deed=Deed(DESK, NOW))
    return House(registration_database, edition_id, applications, reviewers)


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


def test_applications_are_shared_out_evenly_and_sharing_out_again_changes_nothing(house: House) -> None:
    for _time in range(2):
        house.share_out()
        assert [len(house.in_hand(one)) for one in house.reviewers] == [4, 4, 4]


def test_without_criteria_nothing_is_shared_out(registration_database: Database) -> None:
    edition_id = make_edition(registration_database)
    with pytest.raises(NoCriteria), registration_database.transaction() as session:
        assign_reviews(session, edition_id=edition_id, deed=Deed(DESK, NOW))


def test_who_drops_out_keeps_what_is_handed_in_and_the_rest_finds_other_hands(house: House) -> None:
    house.share_out()
    leaver = house.reviewers[0]
    house.score(leaver, house.in_hand(leaver)[0], need=3, plan=3)
    with house.database.transaction() as session:
        [reviewer_id] = session.execute(select(Review.person_id).where(Review.person_id == leaver).distinct()).scalars()
        known = {one.person_id: one.id for one in _reviewers(house)}
        dropped = drop_reviewer(
            session, edition_id=house.edition_id, reviewer_id=known[reviewer_id], deed=Deed(DESK, NOW)
        )
    assert dropped == 3
    house.share_out()
    with house.database.reading() as session:
        hands = session.execute(
            select(Review.application_id, func.count())
            .where(Review.state.in_(("assigned", "handed_in")))
            .group_by(Review.application_id)
        ).all()
    assert {number for _id, number in hands} == {2}


def _reviewers(house: House) -> Any:
    with house.database.reading() as session:
        return reviewers_of(session, edition_id=house.edition_id)


def test_who_has_a_conflict_of_interest_never_gets_the_application_again(house: House) -> None:
    house.share_out()
    reader = house.reviewers[0]
    given_back = house.in_hand(reader)[0]
    with house.database.transaction() as session:
        recuse(session, edition_id=house.edition_id, review_id=given_back, why="A cousin.", deed=Deed(reader, NOW))
    house.share_out()
    assert given_back not in house.in_hand(reader)
    with house.database.reading() as session:
        application_id = session.scalar(select(Review.application_id).where(Review.id == given_back))
        assert past_of(session, [given_back])[0].why == "A cousin."
        hands = session.scalars(
            select(Review.person_id).where(Review.application_id == application_id, Review.state == "assigned")
        ).all()
    assert set(hands) == set(house.reviewers) - {reader}


def test_an_organiser_bars_a_reviewer_whatever_she_has_done_already(house: House) -> None:
    house.share_out()
    reader = house.reviewers[0]
    review = house.in_hand(reader)[0]
    house.score(reader, review, need=5, plan=5)
    with house.database.transaction() as session:
        application_id = session.scalar(select(Review.application_id).where(Review.id == review))
        assert application_id is not None
        bar_reviewer(
            session, edition_id=house.edition_id, application_id=application_id, person_id=reader, deed=Deed(DESK, NOW)
        )
    with house.database.reading() as session:
        assert totals(session, edition_id=house.edition_id) == []


def test_nobody_scores_in_another_ones_name(house: House) -> None:
    house.share_out()
    with pytest.raises(ReviewUnknown):
        house.score(house.reviewers[1], house.in_hand(house.reviewers[0])[0], need=1, plan=1)


def test_what_is_handed_in_is_not_changed_by_the_way(house: House) -> None:
    house.share_out()
    reader = house.reviewers[0]
    review = house.in_hand(reader)[0]
    house.score(reader, review, need=1, plan=1)
    with pytest.raises(ReviewHandedIn):
        house.score(reader, review, hand_in=False, need=5, plan=5)


def test_criteria_that_were_scored_by_stay_with_the_reviews(house: House) -> None:
    house.share_out()
    reader = house.reviewers[0]
    house.score(reader, house.in_hand(reader)[0], need=5, plan=1)
    with house.database.transaction() as session:
        write_rubric(session, edition_id=house.edition_id, criteria=CRITERIA[1:], reviews_each=2, deed=Deed(DESK, NOW))
    with house.database.reading() as session:
        rubric = rubric_of(session, edition_id=house.edition_id)
        assert rubric is not None
        assert (rubric.version, len(rubric.criteria)) == (2, 1)
        assert [round(one.points) for one in totals(session, edition_id=house.edition_id)] == [67]


def test_equals_share_a_rank_and_who_has_no_review_stands_last(house: House) -> None:
    house.share_out()
    for reader in house.reviewers[:2]:
        for review in house.in_hand(reader):
            house.score(reader, review, need=4, plan=4)
    with house.database.reading() as session:
        lines = ranked(session, edition_id=house.edition_id, formula="mean")
    assert {one.rank for one in lines if one.rank} == {1}
    assert len(lines) == 6
    assert all(one.standing is None for one in lines if one.rank is None)


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
