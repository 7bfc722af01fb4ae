"""The three OpenAPI documents are true: attacked by schemathesis, no service breaks or answers what it did not say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings, strategies
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from shared.clock import now
from shared.deeds import Deed
from shared.people.actions.tokens import make_api_token
from shared.web.door.lifetimes import ABSOLUTE
from shared.web.door.scopes import SCOPES
from tests.support.houses import SERVICES, house
from tests.support.registration import make_edition
from tests.support.web import person_called, visitor

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from shared.database import Database

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


def token_for(database: Database) -> str:
    person = person_called(database, "Otto", roles=["organiser"])
    with database.transaction() as session:
        return make_api_token(
            session, name="attack", scopes=list(SCOPES), lasts=ABSOLUTE["staff"], deed=Deed(person, now())
        )


@pytest.fixture(params=SERVICES)
def app(request: pytest.FixtureRequest, databases: dict[str, Database], tmp_path: Path) -> Flask:
    return house(request.param, databases, tmp_path)


def path_of_document(app: Flask) -> str:
    return f"/api/{app.extensions['academy'].service}/v1/openapi.json"


def test_the_document_is_openapi_3_1_and_names_every_route_of_the_api(app: Flask) -> None:
    answer = visitor(app).get(path_of_document(app))
    document = answer.json
    assert document is not None
    assert document["openapi"].startswith("3.1")
    prefix = f"/api/{app.extensions['academy'].service}/v1"
    routes = {rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith(prefix)}
    assert len(document["paths"]) == len(routes) - 1  # the document does not describe itself
    for path in document["paths"].values():
        for operation in path.values():
            assert operation["security"]
            problems = [answer for code, answer in operation["responses"].items() if code >= "400"]
            assert problems
            assert all(list(answer["content"]) == ["application/problem+json"] for answer in problems)


def test_whatever_is_sent_the_answers_are_those_of_the_document(app: Flask, databases: dict[str, Database]) -> None:
    make_edition(databases["owner"], slug="spring-2026")
    token = token_for(databases["owner"])
    schema = schemathesis.openapi.from_wsgi(path_of_document(app), app, base_url="http://academy.test")
    tried = 0
    for result in schema.get_all_operations():
        assert isinstance(result, Ok)
        operation = result.ok()

        @settings(
            max_examples=30, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
        )
        @given(case=operation.as_strategy(), real=strategies.booleans())
        def attack(case: schemathesis.Case[Any], *, real: bool) -> None:
            nonlocal tried
            if real and "edition_slug" in case.path_parameters:
                case.path_parameters["edition_slug"] = "spring-2026"
            headers = {"Authorization": f"Bearer {token}"}
            case.validate_response(case.call(base_url="http://academy.test", headers=headers), checks=CHECKS)
            tried += 1

        attack()
    assert tried > 20


def test_an_edition_that_is_not_there_is_unknown_to_every_route_alike(
    app: Flask, databases: dict[str, Database]
) -> None:
    headers = {"Authorization": f"Bearer {token_for(databases['owner'])}"}
    routes = [
        rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api.") and "edition_slug" in rule.arguments
    ]
    for rule in routes:
        path = re.sub(r"<uuid:\w+>", str(UUID(int=7)), rule.rule).replace("<edition_slug>", "none-such")
        if "GET" in (rule.methods or ()):
            answer = visitor(app).get(path, headers=headers)
            assert answer.json is not None
            assert (answer.status_code, answer.json["type"]) == (404, "/api/problems/edition-unknown"), rule.rule
