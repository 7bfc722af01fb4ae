"""Who gets in, who does not, and what each is told."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from flask import Blueprint, Flask, render_template_string, request
from sqlalchemy import select

from shared.clock import now
from shared.people.actions.sessions import end_session
from shared.schema.people.credentials import SessionRow
from shared.secrets import hash_of
from shared.web.door.identity import current_person
from shared.web.door.policy import PolicyMissing, csrf_exempt, internal, participant, public, staff
from tests.support.web import app_of, form_token, person_called, signed_in_as, visitor

if TYPE_CHECKING:
    from shared.database import Database


def rooms() -> Blueprint:
    blueprint = Blueprint("rooms", __name__)

    @blueprint.get("/open")
    @public
    def open_page() -> str:
        return "open"

    @blueprint.get("/form")
    @public
    def form() -> str:
        return render_template_string("<form>{{ csrf_field() }}</form>")

    @blueprint.post("/form")
    @public
    def send_form() -> str:
        return "sent " + request.form.get("name", "")

    @blueprint.post("/exempt")
    @public
    @csrf_exempt("RFC 8058")
    def send_anything() -> str:
        return "sent"

    @blueprint.get("/me")
    @participant
    def me() -> str:
        return current_person().name

    @blueprint.get("/desk")
    @staff("organiser", "viewer", anywhere=True)
    def desk() -> str:
        return f"desk of {current_person().name}"

    @blueprint.get("/inside")
    @internal
    def inside() -> str:
        return "inside"

    return blueprint


@pytest.fixture
def app(registration_database: Database) -> Flask:
    return app_of(rooms(), database=registration_database)


def test_a_view_without_a_policy_stops_the_start(registration_database: Database) -> None:
    silent = Blueprint("silent", __name__)
    silent.add_url_rule("/silent", view_func=lambda: "hello", endpoint="silent")
    with pytest.raises(PolicyMissing, match=r"silent\.silent"):
        app_of(silent, database=registration_database)


def test_a_view_with_two_policies_is_refused_at_once() -> None:
    with pytest.raises(PolicyMissing):
        public(participant(lambda: "hello"))


def test_a_visitor_sees_public_pages_without_any_query_or_cookie(app: Flask) -> None:
    answer = visitor(app).get("/open")
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers


def test_a_visitor_is_led_to_the_fitting_sign_in_page(app: Flask) -> None:
    assert visitor(app).get("/me?a=1").location == "/sign-in?next=%2Fme%3Fa%3D1"
    assert visitor(app).get("/desk").location == "/staff/sign-in?next=%2Fdesk"


def test_a_signed_in_person_is_known(app: Flask, registration_database: Database) -> None:
    ada = person_called(registration_database, "Ada")
    answer = signed_in_as(app, registration_database, ada).get("/me")
    assert answer.text == "Ada"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_mailed_link_opens_no_desk_even_for_staff(app: Flask, registration_database: Database) -> None:
    ada = person_called(registration_database, "Ada", roles=["organiser"])
    assert signed_in_as(app, registration_database, ada, means="link").get("/desk").status_code == 303
    assert signed_in_as(app, registration_database, ada, means="staff").get("/desk").text == "desk of Ada"


def test_staff_without_the_role_are_refused(app: Flask, registration_database: Database) -> None:
    door = person_called(registration_database, "Dora", roles=["door"])
    assert signed_in_as(app, registration_database, door, means="staff").get("/desk").status_code == 403


def test_a_revoked_session_is_over_at_once(app: Flask, registration_database: Database) -> None:
    client = signed_in_as(app, registration_database, person_called(registration_database, "Ada"))
    assert client.get("/me").status_code == 200
    with client.session_transaction(base_url=client.address) as cookie:
        secret = cookie["s"]
    with registration_database.transaction() as session:
        end_session(session, token_hash=hash_of(secret), now=now())
    assert client.get("/me").status_code == 303


def test_a_form_needs_its_token(app: Flask) -> None:
    client = visitor(app)
    token = form_token(client.get("/form").text)
    assert client.post("/form", data={"name": "Ada"}).status_code == 403
    assert client.post("/form", data={"name": "Ada", "csrf_token": "x" * 64}).status_code == 403
    assert client.post("/form", data={"name": "Ada", "csrf_token": token}).text == "sent Ada"
    assert client.post("/exempt").text == "sent"


def test_one_visitors_token_is_worthless_for_another(app: Flask) -> None:
    token = form_token(visitor(app).get("/form").text)
    other = visitor(app)
    other.get("/form")
    assert other.post("/form", data={"csrf_token": token}).status_code == 403


def test_a_form_from_a_foreign_origin_is_refused(app: Flask) -> None:
    client = visitor(app)
    token = form_token(client.get("/form").text)
    refused = client.post("/form", data={"csrf_token": token}, headers={"Origin": "http://evil.test"})
    assert refused.status_code == 403


def test_a_foreign_host_is_refused_before_anything_else(app: Flask) -> None:
    client = visitor(app)
    assert client.get("/open", headers={"Host": "evil.test"}).status_code == 400
    assert client.get("/open", headers={"X-Forwarded-Host": "evil.test"}).status_code == 400
    assert client.get("/nowhere", headers={"Host": "evil.test"}).status_code == 400


def test_inside_pages_are_for_direct_callers_only(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/inside", environ_base={"REMOTE_ADDR": "127.0.0.1"}).text == "inside"
    assert (
        client.get(
            "/inside", environ_base={"REMOTE_ADDR": "127.0.0.1"}, headers={"X-Forwarded-For": "10.0.0.1"}
        ).status_code
        == 404
    )
    assert client.get("/inside", environ_base={"REMOTE_ADDR": "8.8.8.8"}).status_code == 404


def aged(database: Database, **columns: timedelta) -> None:
    """Make every session older by so much."""
    with database.transaction() as session:
        for row in session.scalars(select(SessionRow)):
            for name, age in columns.items():
                setattr(row, name, getattr(row, name) - age)


@pytest.mark.parametrize(
    ("means", "idle", "absolute"),
    [("link", timedelta(days=14), timedelta(days=60)), ("staff", timedelta(hours=2), timedelta(hours=12))],
)
def test_sessions_end_when_idle_and_in_any_case(
    app: Flask, registration_database: Database, means: str, idle: timedelta, absolute: timedelta
) -> None:
    ada = person_called(registration_database, "Ada")
    client = signed_in_as(app, registration_database, ada, means=means)
    aged(registration_database, seen_at=idle - timedelta(minutes=1))
    assert client.get("/me").status_code == 200
    aged(registration_database, seen_at=idle)
    assert client.get("/me").status_code == 303
    client = signed_in_as(app, registration_database, ada, means=means)
    aged(registration_database, expires_at=absolute)
    assert client.get("/me").status_code == 303


def test_a_session_in_use_stays_alive_with_few_writes(app: Flask, registration_database: Database) -> None:
    client = signed_in_as(app, registration_database, person_called(registration_database, "Ada"), means="staff")

    def seen() -> datetime:
        with registration_database.reading() as session:
            return session.scalars(select(SessionRow.seen_at)).one()

    first = seen()
    client.get("/me")
    assert seen() == first
    aged(registration_database, seen_at=timedelta(minutes=6))
    client.get("/me")
    assert seen() > first


def test_other_services_lead_a_browser_past_registration_to_keep_the_session_alive(
    registration_database: Database, materials_database: Database
) -> None:
    app = app_of(rooms(), database=materials_database, service="materials")
    client = signed_in_as(app, registration_database, person_called(registration_database, "Ada"), means="staff")
    page = {"Sec-Fetch-Mode": "navigate"}
    assert client.get("/me", headers=page).status_code == 200
    aged(registration_database, seen_at=timedelta(minutes=6))
    assert client.get("/me").status_code == 200
    assert client.get("/me?tab=2", headers=page).location == "/session/seen?next=%2Fme%3Ftab%3D2"


def test_a_cookie_that_was_tampered_with_is_nobodys(app: Flask, registration_database: Database) -> None:
    client = signed_in_as(app, registration_database, person_called(registration_database, "Ada"))
    cookie = client.get_cookie("academy", "academy.test")
    assert cookie is not None
    for value in (cookie.value[:-6] + "AAAAAA", cookie.value.split(".")[0], "", "x.y.z"):
        client.set_cookie("academy", value, domain="academy.test")
        assert client.get("/me").status_code == 303


def test_a_field_sent_twice_is_not_read_once_this_way_and_once_that_way(app: Flask) -> None:
    client = visitor(app)
    token = form_token(client.get("/form").text)
    twice = client.post("/form", data={"csrf_token": token, "name": ["a", "b"]})
    assert (twice.status_code, "sent twice" in twice.text) == (400, True)
    assert client.post("/form", data={"csrf_token": token, "name": ["a", "a"]}).text == "sent a"
    assert client.post("/form", data={"csrf_token": ["x", token], "name": "a"}).status_code == 400


def test_a_form_of_somebody_outside_is_refused_when_it_is_larger_than_any_form_needs(app: Flask) -> None:
    client = visitor(app)
    token = form_token(client.get("/form").text)
    assert client.post("/form", data={"csrf_token": token, "name": "a" * 100_000}).status_code == 200
    assert client.post("/form", data={"csrf_token": token, "name": "a" * 200_000}).status_code == 413


def test_a_nul_gets_no_further_than_the_door(app: Flask) -> None:
    client = visitor(app)
    token = form_token(client.get("/form").text)
    assert client.get("/open?q=%00").status_code == 400
    assert client.get("/op%00en").status_code == 400
    assert client.post("/form", data={"csrf_token": token, "name": "a\0b"}).text == "sent ab"
    assert client.post("/exempt", json={"name": "a\0b"}).status_code == 400
    wide = '{"name": "a\\u0000b"}'.encode("utf-16")
    assert client.post("/exempt", data=wide, content_type="application/json").status_code == 400


def test_a_refused_body_is_read_to_its_end_so_that_the_next_request_on_the_connection_is_answered(
    registration_database: Database,
) -> None:
    body = BytesIO(b"x" * 1_500_000)
    browser = visitor(app_of(rooms(), database=registration_database))
    refused = browser.post("/form", input_stream=body, content_length=1_500_000, content_type="text/plain")
    assert refused.status_code == 413
    assert body.tell() == 1_500_000
