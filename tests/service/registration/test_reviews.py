"""Reviews: shared out evenly, blind until they are handed in, ranked, and weighed in scenarios."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from services.registration.actions.reviews import (
    assign_reviews,
    bar_reviewer,
    drop_reviewer,
    recuse,
    write_rubric,
)
from services.registration.errors import NoCriteria, ReviewHandedIn, ReviewUnknown
from services.registration.queries.rankings import ranked
from services.registration.queries.reviews import reviewers_of, rubric_of, totals
from shared.deeds import Deed
from shared.histories import past_of
from shared.schema.registration import Review
from tests.support.registration import DESK, NOW, make_edition
from tests.support.reviewing import CRITERIA, House, house_under_review

if TYPE_CHECKING:
    from shared.database import Database


@pytest.fixture
def house(registration_database: Database) -> House:
    return house_under_review(registration_database)


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
