"""What those who run the system see, and what nobody else does."""

from __future__ import annotations

import io
import json
import logging
import re
from typing import TYPE_CHECKING

import pytest
import structlog
from flask import Blueprint, Flask
from sqlalchemy import text

from shared.context import request_id
from shared.facts.registration import ApplicationSubmitted
from shared.logs import place_of_exception
from shared.outbox import record
from shared.schema.base import new_id
from shared.web.door.policy import public
from tests.support.web import app_of, visitor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from werkzeug.test import TestResponse

    from shared.database import Database

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def rooms() -> Blueprint:
    rooms = Blueprint("rooms", __name__)

    @rooms.get("/links/<token>")
    @public
    def link(token: str) -> str:
        return f"{len(token)} {request_id()}"

    @rooms.get("/broken")
    @public
    def broken() -> str:
        raise RuntimeError("ada@example.org lives in Ouagadougou")

    @rooms.get("/api/registration/v1/broken")
    @public
    def broken_api() -> str:
        raise RuntimeError("ada@example.org lives in Ouagadougou")

    return rooms


@pytest.fixture
def app(registration_database: Database) -> Flask:
    return app_of(rooms(), database=registration_database)


def direct(app: Flask, path: str, **headers: str) -> TestResponse:
    return app.test_client().get(path, environ_base={"REMOTE_ADDR": "127.0.0.1"}, headers=headers)


def test_a_service_without_redis_is_ready(app: Flask) -> None:
    answer = direct(app, "/readyz")
    assert (answer.status_code, answer.json) == (
        200,
        {"database": "ready", "redis": "unreachable", "work": "ready", "ailing": []},
    )


def test_a_service_without_its_database_lives_but_is_not_ready() -> None:
    from shared.database import Database

    app = app_of(database=Database("postgresql://nobody@127.0.0.1:1/none"))
    assert direct(app, "/healthz").status_code == 200
    assert direct(app, "/readyz").status_code == 503
    assert direct(app, "/metrics").status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_nothing_of_this_is_public(app: Flask, path: str) -> None:
    assert direct(app, path).status_code == 200
    assert direct(app, path, **{"X-Forwarded-For": "127.0.0.1"}).status_code == 404
    assert direct(app, path, Forwarded="for=127.0.0.1").status_code == 404
    assert app.test_client().get(path, environ_base={"REMOTE_ADDR": "8.8.8.8"}).status_code == 404


def test_figures_name_routes_and_never_paths(app: Flask) -> None:
    visitor(app).get("/links/a-secret-token")
    visitor(app).get("/nowhere/at/all")
    text = direct(app, "/metrics").text
    assert 'route="/links/<token>"' in text
    assert "a-secret-token" not in text
    assert "/nowhere" not in text


@pytest.mark.parametrize("path", ["/links/x", "/nowhere", "/broken", "/api/registration/v1/broken", "/static/none.css"])
def test_every_answer_carries_the_headers(app: Flask, path: str) -> None:
    answer = visitor(app).get(path)
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
        assert len(answer.headers.getlist(name)) == 1
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert "Strict-Transport-Security" not in answer.headers


def test_over_https_the_cookie_is_bound_to_the_host_and_the_browser_told_to_stay(
    registration_database: Database,
) -> None:
    from shared.people.routes.public import sign_in

    app = app_of(sign_in.blueprint, database=registration_database, public_url="https://academy.test")
    answer = visitor(app).get("/sign-in")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-academy=")
    for attribute in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
        assert attribute in cookie
    assert "Domain" not in cookie
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=63072000")
    assert answer.headers["Cache-Control"] == "no-store"


def test_each_page_has_a_nonce_of_its_own(app: Flask) -> None:
    policies = [visitor(app).get("/nowhere").headers["Content-Security-Policy"] for _ in range(2)]
    nonces = [re.findall(r"script-src 'nonce-([^']+)'", policy) for policy in policies]
    assert nonces[0] != nonces[1]
    assert all(nonces)


def test_a_well_formed_request_id_is_kept_and_any_other_replaced(app: Flask) -> None:
    browser = visitor(app)
    good = "0199-abcdef-0123456789"
    assert browser.get("/links/x", headers={"X-Request-ID": good}).text == f"1 {good}"
    for bad in ("short", "x" * 65, "0123456789abcdef\t{}", "0123456789abcdef; DROP", "ünïcödé-0123456789"):
        answer = browser.get("/links/x", headers={"X-Request-ID": bad})
        assert answer.headers["X-Request-ID"] != bad
        assert len(answer.headers["X-Request-ID"]) == 36


def test_a_mishap_tells_its_number_and_nothing_else(app: Flask) -> None:
    page = visitor(app).get("/broken")
    assert page.status_code == 500
    assert "ada@example.org" not in page.text
    assert page.headers["X-Request-ID"] in page.text
    problem = visitor(app).get("/api/registration/v1/broken")
    assert problem.mimetype == "application/problem+json"
    assert problem.json["status"] == 500  # type: ignore[index]
    assert "ada@example.org" not in problem.text


@pytest.fixture
def logging_app(
    registration_database: Database, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Flask, io.StringIO]]:
    """An application that logs as production does, and what it has written."""
    text = io.StringIO()
    root = logging.getLogger()
    before = root.handlers, root.level
    with monkeypatch.context() as patched:
        patched.setattr("sys.stderr", text)
        app = app_of(rooms(), database=registration_database, environment="production")
    yield app, text
    root.handlers, level = before
    root.setLevel(level)


def test_the_log_has_ids_and_routes_and_no_personal_data(logging_app: tuple[Flask, io.StringIO]) -> None:
    app, written = logging_app
    browser = visitor(app)
    answer = browser.get("/links/a-secret-token?email=ada@example.org")
    browser.get("/broken")
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert "a-secret-token" not in written.getvalue()
    assert "ada@example.org" not in written.getvalue()
    first = next(line for line in lines if line["event"] == "answered")
    assert (first["route"], first["status"], first["method"]) == ("/links/<token>", 200, "GET")
    assert first["request_id"] == answer.headers["X-Request-ID"]
    assert first["service"] == "registration"
    mishap = next(line for line in lines if "exception" in line)
    assert mishap["exception"] == ["builtins.RuntimeError"]
    assert any("broken" in frame for frame in mishap["at"])


def test_nobody_writes_a_second_line_into_the_log(logging_app: tuple[Flask, io.StringIO]) -> None:
    logging.getLogger("x").warning('first\n{"event": "forged"}')
    lines = logging_app[1].getvalue().splitlines()
    assert [json.loads(line)["event"] for line in lines] == ['first\n{"event": "forged"}']


def test_an_exception_without_a_trace_is_named_all_the_same() -> None:
    event: structlog.typing.EventDict = {"event": "x", "exc_info": ValueError("secret")}
    assert place_of_exception(None, "error", event) == {"event": "x", "exception": ["builtins.ValueError"], "at": []}


def test_work_that_nobody_does_and_parts_that_keep_dying_are_told_without_failing(
    app: Flask, registration_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = direct(app, "/readyz")
    assert state_and_work(told) == (200, "ready", [])
    with registration_database.transaction() as session:
        record(session, ApplicationSubmitted(application_id=new_id(), person_id=new_id(), edition_id=new_id()))
        session.execute(text("UPDATE outbox.entry SET not_before = clock_timestamp() - interval '2 minutes'"))
    ailing = tmp_path / "ailing.json"
    ailing.write_text('[{"part": "worker", "said": "no"}]')
    monkeypatch.setenv("PARTS_FILE", str(ailing))
    told = direct(app, "/readyz")
    assert state_and_work(told) == (200, "late", ["worker"])


def state_and_work(told: TestResponse) -> tuple[int, str, list[str]]:
    found = json.loads(told.text)
    return told.status_code, found["work"], found["ailing"]
