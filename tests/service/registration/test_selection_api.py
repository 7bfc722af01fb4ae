"""The selection through the API: the whole way from criteria to proposals, and each token sees what its owner may."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from services.registration.app import BLUEPRINTS
from shared.clock import now
from shared.deeds import Deed
from shared.people.actions.tokens import make_api_token
from shared.schema.registration import Decision, Edition
from shared.web.door.scopes import SCOPES
from tests.support.reviewing import CRITERIA, SLUG, House, house_under_review
from tests.support.web import app_of, person_called, visitor

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.test import TestResponse

    from shared.database import Database

BASE = f"/api/registration/v1/editions/{SLUG}"


class Program:
    """A program with the token of somebody, good for all scopes its owner may have."""

    def __init__(self, app: Flask, database: Database, person_id: UUID) -> None:
        self._browser = visitor(app)
        with database.transaction() as session:
            token = make_api_token(
                session, name="t", scopes=list(SCOPES), lasts=timedelta(days=1), deed=Deed(person_id, now())
            )
        self._headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str, status: int = 200) -> Any:
        return self._answered(self._browser.get(BASE + path, headers=self._headers), status)

    def post(self, path: str, wanted: dict[str, Any] | None = None, status: int = 200) -> Any:
        return self._answered(self._browser.post(BASE + path, json=wanted, headers=self._headers), status)

    def _answered(self, answer: TestResponse, status: int) -> Any:
        assert answer.status_code == status, answer.text
        return answer.json


@pytest.fixture
def house(registration_database: Database) -> House:
    return house_under_review(registration_database)


@pytest.fixture
def app(house: House) -> Flask:
    return app_of(*BLUEPRINTS, database=house.database)


@pytest.fixture
def organiser(app: Flask, house: House) -> Program:
    return Program(app, house.database, person_called(house.database, "Ola", roles=["organiser"]))


def read_everything(app: Flask, house: House) -> None:
    """Let every reviewer hand in what she has; the later somebody applied, the better she is."""
    for reader in house.reviewers:
        program = Program(app, house.database, reader)
        for one in program.get("/reviews")["items"]:
            score = 1 + house.applications.index(UUID(one["application_id"])) % 5
            scores = {"need": score, "plan": score}
            program.post(f"/reviews/{one['id']}", {"scores": scores, "hand_in": True})


def test_criteria_reviewers_and_assignments_are_led_by_an_organiser(organiser: Program, house: House) -> None:
    found = organiser.get("/criteria")
    assert [one["key"] for one in found["criteria"]] == [one["key"] for one in CRITERIA]
    more = {"criteria": [*found["criteria"], {"name": {"en": "Reach"}}], "reviews_each": 3}
    assert len(organiser.post("/criteria", more)["criteria"]) == 3
    twice = {"criteria": found["criteria"] * 2, "reviews_each": 3}
    organiser.post("/criteria", twice, status=422)
    done = organiser.post("/assignments", status=201)
    assert (done["assigned"], done["short"]) == (18, {})
    assert [one["waiting"] for one in organiser.get("/reviewers")["items"]] == [6, 6, 6]
    first = organiser.get("/reviewers")["items"][0]
    assert organiser.post(f"/reviewers/{first['id']}/drop") == {"unread": 6}
    assert organiser.post("/assignments", status=201)["short"].keys() == {str(one) for one in house.applications}
    organiser.post("/reviewers", {"person_id": first["person_id"]}, status=201)
    assert organiser.post("/assignments", status=201)["assigned"] == 6


def test_a_reviewer_reads_nothing_of_others_before_she_hands_in(app: Flask, house: House) -> None:
    house.share_out()
    first, second, _third = (Program(app, house.database, one) for one in house.reviewers)
    mine = {one["application_id"]: one["id"] for one in first.get("/reviews")["items"]}
    shared = next(one for one in second.get("/reviews")["items"] if one["application_id"] in mine)
    first.post(f"/reviews/{mine[shared['application_id']]}", {"scores": {"need": 5, "plan": 5}, "hand_in": True})
    second.post(f"/reviews/{shared['id']}", {"scores": {"need": 9}}, status=422)
    second.post(f"/reviews/{shared['id']}", {"scores": {"need": 2}})
    assert second.get(f"/reviews/{shared['id']}")["others"] == []
    second.get(f"/reviews/{mine[shared['application_id']]}", status=404)
    second.get("/ranking", status=403)
    second.post(f"/reviews/{shared['id']}", {"scores": {"need": 2, "plan": 1}, "hand_in": True})
    assert [one["points"] for one in second.get(f"/reviews/{shared['id']}")["others"]] == [100, pytest.approx(50 / 3)]
    assert second.post(f"/reviews/{shared['id']}/reopen")["state"] == "assigned"
    assert second.post(f"/reviews/{shared['id']}/recuse", {"why": "We are cousins."})["state"] == "recused"
    second.get(f"/reviews/{shared['id']}", status=404)


def test_a_scenario_is_weighed_under_rules_and_adopted_as_it_was_looked_at(
    app: Flask, house: House, organiser: Program
) -> None:
    house.share_out()
    read_everything(app, house)
    ranking = organiser.get("/ranking")
    assert ranking["total"] == 6
    assert ranking["items"][0]["points"] == 100
    made = organiser.post("/scenarios", {"name": "Two", "places": 2}, status=201)
    path = f"/scenarios/{made['id']}"
    organiser.post(f"{path}/rules", {"trait": "language", "value": "fr", "floor": 3, "ceiling": 1}, status=422)
    organiser.post(f"{path}/rules", {"trait": "country", "value": "QQ", "floor": 1})
    weighed = organiser.get(path)
    assert weighed["balance"] == [{"rule": "country:QQ", "chosen": 0, "of": 0, "missing": 1}]
    assert sum(one["chosen"] for one in weighed["reasons"]) == 2
    assert organiser.post(f"{path}/rules/remove", {"trait": "country", "value": "QQ"})["rules"] == []
    seen = organiser.get(path)["seen"]
    organiser.post(path, {"name": "Three", "places": 3})
    organiser.post(f"{path}/adopt", {"seen": seen}, status=409)
    seen = organiser.get(path)["seen"]
    assert organiser.post(f"{path}/adopt", {"seen": seen, "others": "reserve"}, status=201) == {"accepts": 3}
    with house.database.reading() as session:
        outcomes = sorted(session.scalars(select(Decision.outcome).where(Decision.state == "proposed")))
    assert outcomes == ["accept"] * 3 + ["reserve"] * 3
    organiser.post(f"{path}/remove")
    organiser.get(path, status=404)


def test_the_reserve_list_moves_and_groups_have_places(app: Flask, house: House, organiser: Program) -> None:
    house.share_out()
    read_everything(app, house)
    with house.database.transaction() as session:
        session.execute(update(Edition).values(capacity=1))
    for one in house.applications:
        organiser.post(f"/applications/{one}/proposal", {"outcome": "reserve"}, status=201)
    organiser.post("/releases", {"seen": organiser.get("/decisions")["seen"]}, status=201)
    made = organiser.post(
        "/pools", {"name": {"en": "Room"}, "trait": "language", "value": "fr", "capacity": 0}, status=201
    )
    waiting = organiser.get("/reserve")
    assert (len(waiting["items"]), waiting["places_left"], waiting["next"]) == (6, 1, None), "all of them need a room"
    first, second = (one["application_id"] for one in waiting["items"][:2])
    organiser.post(f"/reserve/{first}", {}, status=409)
    organiser.post(f"/pools/{made['id']}", {"name": {"en": "Room"}, "capacity": 2})
    assert organiser.get("/places")["pools"][0]["left"] == 2
    assert organiser.get("/reserve")["next"] == first
    organiser.post(f"/reserve/{second}", {}, status=422)
    assert organiser.post(f"/reserve/{second}", {"why": "She speaks for the region."}, status=201)
    assert organiser.get("/decisions")["pools"] == [{"name": {"en": "Room"}, "accepts": 1, "left": 2}]
    organiser.post(f"/pools/{made['id']}/remove")
    assert organiser.get("/places")["pools"] == []
