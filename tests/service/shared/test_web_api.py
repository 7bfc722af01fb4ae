"""The API's tokens are worth what their owners may still do, and a request that comes twice acts once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from flask import Blueprint, Flask
from pydantic import BaseModel
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.registration.routes.api import editions as registration_api
from shared.clock import now
from shared.deeds import Deed
from shared.errors import Conflict, Refusal
from shared.facts.people import StrangerAskedForLink
from shared.outbox import record
from shared.people.actions.roles import revoke_role
from shared.people.actions.tokens import make_api_token, revoke_api_token
from shared.people.routes.desk import tokens
from shared.schema.outbox.entries import FactRow
from shared.schema.outbox.idempotency import IdempotencyKey
from shared.schema.people.credentials import ApiToken
from shared.schema.people.persons import Role
from shared.web.api.declaring import Api
from tests.support.registration import make_edition
from tests.support.web import app_of, person_called, signed_in_as, visitor

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from shared.database import Database

PROBLEM = "application/problem+json"


class Wish(BaseModel):
    text: str


class Made(BaseModel):
    number: int


class Weary(Conflict):
    """Made up: nobody makes things twice in this test."""

    title = "Too weary to make that"


def counting_api(*, refuses: tuple[type[Refusal], ...] = (Weary,)) -> Blueprint:
    api = Api("registration")

    @api.post("/things", scope="decisions:propose", anywhere=True, refuses=refuses)
    def make(session: Session, wanted: Wish) -> Made:
        record(session, StrangerAskedForLink(link_id=UUID(int=1)))
        if wanted.text == "too much":
            raise Weary
        told = select(func.count()).select_from(FactRow).where(FactRow.name == "StrangerAskedForLink")
        return Made(number=session.scalar(told) or 0)

    @api.get("/things", scope="editions:read", anywhere=True)
    def meddle(session: Session) -> Made:
        record(session, StrangerAskedForLink(link_id=UUID(int=2)))
        session.flush()  # a reader that writes
        return Made(number=0)

    return api.blueprint


@pytest.fixture
def app(registration_database: Database) -> Flask:
    return app_of(counting_api(), tokens.blueprint, database=registration_database)


def token_of(database: Database, person_id: UUID, *scopes: str, lasts: timedelta = timedelta(days=1)) -> str:
    with database.transaction() as session:
        return make_api_token(session, name="test", scopes=scopes, lasts=lasts, deed=Deed(person_id, now()))


def ask(app: Flask, token: str, path: str = "/api/registration/v1/me") -> TestResponse:
    return visitor(app).get(path, headers={"Authorization": f"Bearer {token}"})


def act(app: Flask, token: str, *, key: str | None = None, body: Any = None) -> TestResponse:
    headers = {"Authorization": f"Bearer {token}"} | ({"Idempotency-Key": key} if key else {})
    return visitor(app).post(
        "/api/registration/v1/things", json={"text": "a"} if body is None else body, headers=headers
    )


def test_a_token_says_whose_it_is_and_is_stored_as_a_hash(app: Flask, registration_database: Database) -> None:
    olga = person_called(registration_database, "Olga", roles=["organiser"])
    token = token_of(registration_database, olga, "editions:read")
    assert ask(app, token).json == {"name": "Olga", "scopes": ["editions:read"], "roles": ["organiser"]}
    with registration_database.reading() as session:
        row = session.scalars(select(ApiToken)).one()
    assert token not in (row.token_hash, row.name)
    assert row.used_at is not None


def test_without_a_good_token_there_is_a_problem_and_nothing_else(app: Flask, registration_database: Database) -> None:
    olga = person_called(registration_database, "Olga", roles=["organiser"])
    old = token_of(registration_database, olga, "editions:read", lasts=timedelta(0))
    ended = token_of(registration_database, olga, "editions:read")
    with registration_database.transaction() as session:
        for row in session.scalars(select(ApiToken)):
            revoke_api_token(session, token_id=row.id, deed=Deed(olga, now()))
    for token in ("", "nonsense", old, ended):
        answer = ask(app, token)
        assert (answer.status_code, answer.mimetype) == (401, PROBLEM)
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    browser = signed_in_as(app, registration_database, olga, means="staff")
    assert browser.get("/api/registration/v1/me").status_code == 401  # a cookie is no token


def test_a_token_does_only_what_its_scopes_say(app: Flask, registration_database: Database) -> None:
    olga = person_called(registration_database, "Olga", roles=["organiser"])
    answer = act(app, token_of(registration_database, olga, "editions:read"))
    assert answer.status_code == 403
    assert answer.json is not None
    assert answer.json["type"] == "/api/problems/scope-missing"


def test_a_token_is_worth_nothing_once_its_owner_lost_the_role(app: Flask, registration_database: Database) -> None:
    person_called(registration_database, "Other", roles=["organiser"])
    olga = person_called(registration_database, "Olga", roles=["organiser"])
    token = token_of(registration_database, olga, "editions:read")
    with registration_database.transaction() as session:
        role = session.scalars(select(Role.id).where(Role.person_id == olga)).one()
        revoke_role(session, role_id=role, deed=Deed(None, now()))
    assert ask(app, token).status_code == 403


def test_a_token_of_one_edition_reads_no_other(registration_database: Database) -> None:
    app = app_of(registration_api.blueprint, database=registration_database)
    spring = make_edition(registration_database, slug="spring")
    make_edition(registration_database, slug="autumn")
    emma = person_called(registration_database, "Emma", roles=[("organiser", spring)])
    token = token_of(registration_database, emma, "applications:read", "editions:read")
    assert ask(app, token, "/api/registration/v1/editions/spring/applications").json == {"items": [], "total": 0}
    assert ask(app, token, "/api/registration/v1/editions/autumn/applications").status_code == 404
    editions = ask(app, token, "/api/registration/v1/editions").json
    assert editions is not None
    assert [edition["slug"] for edition in editions["items"]] == ["spring"]


@pytest.fixture
def token(registration_database: Database) -> str:
    olga = person_called(registration_database, "Olga", roles=["organiser"])
    return token_of(registration_database, olga, "decisions:propose")


def facts(database: Database) -> int:
    with database.reading() as session:
        return (
            session.scalar(select(func.count()).select_from(FactRow).where(FactRow.name == "StrangerAskedForLink")) or 0
        )


def test_the_same_key_and_body_get_the_same_answer_and_act_once(
    app: Flask, registration_database: Database, token: str
) -> None:
    first, again = act(app, token, key="a-key-of-ours"), act(app, token, key="a-key-of-ours")
    assert (first.status_code, first.json) == (again.status_code, again.json) == (201, {"number": 1})
    assert facts(registration_database) == 1
    act(app, token)
    assert facts(registration_database) == 2


def test_the_same_key_with_another_body_is_refused(app: Flask, registration_database: Database, token: str) -> None:
    act(app, token, key="a-key-of-ours")
    answer = act(app, token, key="a-key-of-ours", body={"text": "b"})
    assert (answer.status_code, answer.mimetype) == (422, PROBLEM)
    assert answer.json is not None
    assert answer.json["type"] == "/api/problems/key-reused"
    assert facts(registration_database) == 1


def test_of_twenty_at_once_one_acts_and_all_get_its_answer(
    app: Flask, registration_database: Database, token: str
) -> None:
    start = Barrier(20)

    def hurry(_: int) -> tuple[int, str]:
        start.wait()
        answer = act(app, token, key="a-key-of-ours")
        return answer.status_code, answer.text

    with ThreadPoolExecutor(20) as pool:
        answers = set(pool.map(hurry, range(20)))
    assert len(answers) == 1
    assert facts(registration_database) == 1


def test_one_tokens_key_means_nothing_for_another(app: Flask, registration_database: Database, token: str) -> None:
    act(app, token, key="a-key-of-ours")
    paul = person_called(registration_database, "Paul", roles=["organiser"])
    act(app, token_of(registration_database, paul, "decisions:propose"), key="a-key-of-ours")
    assert facts(registration_database) == 2


def test_a_refused_deed_leaves_its_key_free(app: Flask, registration_database: Database, token: str) -> None:
    assert act(app, token, key="a-key-of-ours", body={"wrong": 1}).status_code == 422
    assert act(app, token, key="short").status_code == 422
    assert act(app, token, key="a-key-of-ours").status_code == 201
    with registration_database.reading() as session:
        assert len(session.scalars(select(IdempotencyKey.key)).all()) == 1


def test_a_refusal_leaves_neither_its_deed_nor_its_key(app: Flask, registration_database: Database, token: str) -> None:
    answer = act(app, token, key="a-key-of-ours", body={"text": "too much"})
    assert (answer.status_code, answer.mimetype) == (409, PROBLEM)
    assert answer.json is not None
    assert answer.json["type"] == "/api/problems/weary"
    assert facts(registration_database) == 0
    assert act(app, token, key="a-key-of-ours").status_code == 201


def test_a_refusal_that_the_declaration_does_not_name_is_a_mistake_of_ours(
    registration_database: Database, token: str
) -> None:
    app = app_of(counting_api(refuses=()), database=registration_database)
    assert act(app, token, body={"text": "too much"}).status_code == 500


def test_what_only_reads_cannot_write(app: Flask, registration_database: Database) -> None:
    olga = person_called(registration_database, "Otto", roles=["organiser"])
    answer = ask(app, token_of(registration_database, olga, "editions:read"), "/api/registration/v1/things")
    assert answer.status_code == 500
    assert facts(registration_database) == 0


def test_a_form_is_no_json(app: Flask, registration_database: Database, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    answer = visitor(app).post("/api/registration/v1/things", data={"text": "a"}, headers=headers)
    assert (answer.status_code, answer.mimetype) == (415, PROBLEM)
    assert facts(registration_database) == 0


def test_the_document_says_what_the_declaration_names(app: Flask) -> None:
    document = visitor(app).get("/api/registration/v1/openapi.json").json
    assert document is not None
    things = document["paths"]["/api/registration/v1/things"]
    assert sorted(things["post"]["responses"]) == ["201", "400", "401", "403", "409", "413", "415", "422", "429"]
    assert sorted(things["get"]["responses"]) == ["200", "400", "401", "403", "422", "429"]


def test_wrong_input_is_explained_field_by_field(app: Flask, token: str) -> None:
    answer = act(app, token, body={"text": 7})
    assert answer.mimetype == PROBLEM
    assert answer.json is not None
    assert answer.json["errors"] == {"text": "Input should be a valid string"}
    assert answer.json["instance"] == "/api/registration/v1/things"
    assert answer.json["request_id"] == answer.headers["X-Request-ID"]


def test_json_nested_too_deeply_is_the_callers_fault(app: Flask, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "deep", "Content-Type": "application/json"}
    answer = visitor(app).post("/api/registration/v1/things", data='{"a":' * 50_000, headers=headers)
    assert answer.status_code in {400, 422}
    assert answer.mimetype == PROBLEM
