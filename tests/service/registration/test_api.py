from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from sqlalchemy import func, select

from services.registration.app import BLUEPRINTS
from services.registration.reactions import reactions
from services.registration.rules.decisions import AT_ONCE
from shared.clock import now
from shared.deeds import Deed
from shared.outbox import drain
from shared.people.actions.tokens import make_api_token
from shared.schema.outbox.entries import FactRow
from shared.schema.registration import Application, Offer
from shared.web.door.scopes import SCOPES
from tests.support.batches import propose_many
from tests.support.registration import apply, decide, make_open_edition
from tests.support.web import Browser, app_of, person_called, visitor

if TYPE_CHECKING:
    from flask import Flask

    from shared.database import Database

BASE = "/api/registration/v1/editions/spring-2026"


@pytest.fixture
def edition_id(registration_database: Database) -> UUID:
    return make_open_edition(registration_database)


@pytest.fixture
def app(registration_database: Database, edition_id: UUID) -> Flask:  # noqa: ARG001 - the edition must be there
    return app_of(*BLUEPRINTS, database=registration_database)


@pytest.fixture
def bearer(registration_database: Database) -> dict[str, str]:
    organiser = person_called(registration_database, "Otto", roles=["organiser"])
    with registration_database.transaction() as session:
        token = make_api_token(
            session, name="t", scopes=list(SCOPES), lasts=timedelta(days=1), deed=Deed(organiser, now())
        )
    return {"Authorization": f"Bearer {token}"}


def form(**changes: object) -> dict[str, object]:
    answers = {
        "name": "Awa Diop", "email": "awa@gmial.com", "country": "SN", "language": "fr", "motivation": "Learn.",
        "needs_fellowship": False, "consent": True,
    }  # fmt: skip
    return {"answers": answers | changes}


def test_an_application_is_handed_in_once_however_often_it_is_sent(
    app: Flask, registration_database: Database, bearer: dict[str, str]
) -> None:
    browser: Browser = visitor(app)
    headers = bearer | {"Idempotency-Key": "one-and-the-same"}
    first = browser.post(f"{BASE}/applications", json=form(), headers=headers)
    again = browser.post(f"{BASE}/applications", json=form(), headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json == again.json
    assert first.json is not None
    assert first.json["email_suggestion"] == "awa@gmail.com"
    assert browser.post(f"{BASE}/applications", json=form(name="X"), headers=headers).status_code == 422
    with registration_database.reading() as session:
        assert session.execute(select(func.count()).select_from(Application)).scalar_one() == 1


@pytest.mark.parametrize(
    "wrong", [{"email": "nobody"}, {"country": "QQ"}, {"language": "zh"}, {"consent": False}, {"name": "\ud800"},
              {"needs_fellowship": True}]
)  # fmt: skip
def test_a_wrong_answer_is_a_problem_that_names_the_field(
    app: Flask, bearer: dict[str, str], wrong: dict[str, object]
) -> None:
    answer = visitor(app).post(f"{BASE}/applications", json=form(**wrong), headers=bearer)
    assert answer.status_code == 422
    assert answer.content_type.startswith("application/problem+json")
    assert answer.json is not None
    assert answer.json["errors"]


def test_a_batch_is_looked_at_and_released_as_it_was_seen(
    app: Flask, registration_database: Database, bearer: dict[str, str], edition_id: UUID
) -> None:
    browser = visitor(app)
    applied = apply(registration_database, edition_id, now=now())
    decide(registration_database, applied, now=now())
    batch = browser.get(f"{BASE}/decisions", headers=bearer).json
    assert batch is not None
    assert batch["counts"]["accept"] == 1
    assert browser.post(f"{BASE}/releases", json={"seen": "0" * 32}, headers=bearer).status_code == 409
    released = browser.post(f"{BASE}/releases", json={"seen": batch["seen"]}, headers=bearer)
    assert released.status_code == 201
    assert released.json is not None
    assert (released.json["decisions"], released.json["known"], released.json["finished"]) == (1, 1, True)
    with registration_database.reading() as session:
        assert session.execute(select(Offer.state)).scalar_one() == "offered"


def test_a_large_batch_says_that_it_goes_on_and_how_far_it_is(
    app: Flask, registration_database: Database, bearer: dict[str, str]
) -> None:
    count = AT_ONCE + 1
    propose_many(registration_database, count=count, accepts=3, capacity=5, slug="large-2026")
    base = BASE.replace("spring-2026", "large-2026")
    browser = visitor(app)
    seen = browser.get(f"{base}/decisions", headers=bearer).get_json()["seen"]
    begun = browser.post(f"{base}/releases", json={"seen": seen}, headers=bearer).get_json()
    assert (begun["decisions"], begun["known"], begun["finished"], begun["places_left"]) == (count, 0, False, 2)
    drain(registration_database, reactions, seconds=60, now=now)
    [after] = browser.get(f"{base}/releases", headers=bearer).get_json()["items"]
    assert (after["decisions"], after["known"], after["finished"], after["counts"]["accept"]) == (count, count, True, 3)


def test_a_programme_reads_the_figures_that_the_desk_draws(
    app: Flask, registration_database: Database, edition_id: UUID, bearer: dict[str, str]
) -> None:
    applied = apply(registration_database, edition_id, now=now(), country="SN", language="fr")
    decide(registration_database, applied)
    told = visitor(app).open(f"{BASE}/figures", headers=bearer).get_json()
    assert told["places"] == {"capacity": 50, "taken": 0, "offered": 0, "left": 50}
    assert list(told["submitted_by_day"].values()) == [1]
    assert told["funnel"] == {"submitted": 1, "decided": 0, "offered": 0, "taken": 0, "fetched": None}
    assert told["balance"]["regions"] == [{"key": "002", "applied": 1, "holding": 0, "proposed": 1}]


def test_a_note_of_a_programme_stands_in_the_story(
    app: Flask, registration_database: Database, edition_id: UUID, bearer: dict[str, str]
) -> None:
    applied = apply(registration_database, edition_id, now=now())
    kept = visitor(app).post(
        f"{BASE}/applications/{applied.application_id}/notes", json={"words": "Speaks Wolof."}, headers=bearer
    )
    assert kept.status_code == 201
    with registration_database.reading() as session:
        noted = session.scalars(select(FactRow.why).where(FactRow.after == "noted")).all()
    assert noted == ["Speaks Wolof."]
