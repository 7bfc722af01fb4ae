"""Programs are told how often they may call, and to wait when they call more often."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from flask import Flask

from shared.people.routes.desk import tokens
from tests.service.shared.test_web_api import ask, counting_api, token_of
from tests.support.web import app_of, person_called, visitor

if TYPE_CHECKING:
    from shared.database import Database

MOST = 4


@pytest.fixture
def app(registration_database: Database) -> Flask:
    return app_of(counting_api(), tokens.blueprint, database=registration_database, api_calls_per_minute=MOST)


def test_a_token_has_a_limit_of_its_own_which_every_answer_tells(app: Flask, registration_database: Database) -> None:
    owner = person_called(registration_database, "Olga", roles=["organiser"])
    busy, quiet = (token_of(registration_database, owner, "editions:read") for _ in range(2))
    answers = [ask(app, busy) for _ in range(MOST + 1)]
    assert [answer.status_code for answer in answers] == [200] * MOST + [429]
    assert answers[0].headers["RateLimit-Policy"] == f'"token";q={MOST};w=60'
    left = [answer.headers["RateLimit"].split(";")[1] for answer in answers]
    assert left == ["r=3", "r=2", "r=1", "r=0", "r=0"]
    refused = answers[-1]
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert refused.json is not None
    assert refused.json["type"] == "/api/problems/too-many"
    assert ask(app, quiet).status_code == 200


def test_an_address_has_a_limit_whatever_tokens_it_tries(app: Flask) -> None:
    answers = [ask(app, f"academy_{number}") for number in range(5 * MOST + 1)]
    assert [answer.status_code for answer in answers] == [401] * 5 * MOST + [429]
    assert answers[-1].headers["RateLimit-Policy"].startswith('"caller"')
    assert "RateLimit" not in answers[0].headers
    elsewhere = visitor(app)
    elsewhere.environ_base["REMOTE_ADDR"] = "198.51.100.7"
    assert elsewhere.get("/api/registration/v1/me").status_code == 401
