"""What is done with an account is told to its owner, who sees every open session and ends it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pyotp
import pytest
from sqlalchemy import select

from services.notifications.reactions import reactions
from shared.clock import now
from shared.deeds import Deed
from shared.outbox import drain
from shared.people.actions.staff import bind_authenticator, set_passphrase
from shared.people.actions.tokens import make_api_token
from shared.people.routes.me import sessions
from shared.schema.notifications import Delivery
from shared.schema.people.credentials import ApiToken, SessionRow
from shared.vault import vault_of
from tests.service.people.test_sign_in_staff import SECRET, app, code, olga, try_in
from tests.service.shared.test_web_api import ask, counting_api
from tests.support.mail import carry_once
from tests.support.relay import running_relay
from tests.support.web import app_of, form_token, person_called, signed_in_as, visitor

if TYPE_CHECKING:
    from flask import Flask

    from shared.database import Database

__all__ = ["app"]


def warnings(databases: dict[str, Database]) -> list[str]:
    """Return the notices that wait for somebody, the oldest first."""
    drained = drain(databases["notifications"], reactions, seconds=5, now=now)
    assert drained.failed == 0
    with databases["owner"].reading() as session:
        return list(session.scalars(select(Delivery.kind).order_by(Delivery.id)))


def test_a_token_a_factor_and_a_new_browser_are_told_to_their_owner(app: Flask, databases: dict[str, Database]) -> None:
    registration = databases["registration"]
    person_id = olga(app, registration)
    assert warnings(databases) == []  # whoever set this account up knows
    known = visitor(app)
    try_in(known, code=code())
    assert warnings(databases) == ["new_browser"]
    known.post("/sign-out", data={"csrf_token": form_token(known.get("/staff/security").text)})
    try_in(known, code=pyotp.TOTP(SECRET).at(now() + timedelta(seconds=30)))
    try_in(visitor(app), code="000000")
    assert warnings(databases) == ["new_browser"]
    with registration.transaction() as session:
        make_api_token(session, name="a", scopes=[], lasts=timedelta(days=1), deed=Deed(person_id, now()))
        set_passphrase(session, passphrase="eleven slow trams of Lisbon", deed=Deed(person_id, now()))
        bind_authenticator(session, secret=SECRET, step=0, vault=vault_of(app.secret_key), deed=Deed(person_id, now()))
    told = ["new_browser", "token_made", "passphrase_changed", "authenticator_changed"]
    assert sorted(warnings(databases)) == sorted(told)
    with running_relay() as relay:
        carry_once(databases["notifications"], relay.url)
    assert {mail.recipient for mail in relay.taken} == {"olga@example.org"}
    assert len(relay.taken) == len(told)
    assert all("https://academy.example/" in mail.text() for mail in relay.taken)
    assert not any("{{" in mail.text() or "%(" in mail.text() for mail in relay.taken)


def test_whose_factors_were_taken_away_is_told_so_and_invited_anew(app: Flask, databases: dict[str, Database]) -> None:
    registration = databases["registration"]
    person_id = olga(app, registration)
    organiser = person_called(registration, "Otto", roles=["organiser"])
    browser = signed_in_as(app, registration, organiser, means="staff")
    token = form_token(browser.get("/desk/staff").text)
    assert browser.post(f"/desk/staff/{person_id}/reset", data={"csrf_token": token}).status_code == 303
    assert sorted(warnings(databases)) == ["account_reset", "staff_invitation"]
    with running_relay() as relay:
        carry_once(databases["notifications"], relay.url)
    assert {mail.recipient for mail in relay.taken} == {"olga@example.org"}
    assert any("took your passphrase and your authenticator away" in mail.text() for mail in relay.taken)


def test_participants_see_where_they_are_signed_in_and_end_what_is_not_theirs(
    app: Flask, registration_database: Database
) -> None:
    app.register_blueprint(sessions.blueprint)
    awa, other = (person_called(registration_database, name) for name in ("Awa", "Bo"))
    here, elsewhere, stranger = (signed_in_as(app, registration_database, one) for one in (awa, awa, other))
    page = here.get("/me/sessions").text
    [name] = re.findall(r'name="session" value="(\w+)"', page)
    assert "This browser" in page
    stranger.post("/me/sessions", data={"csrf_token": form_token(stranger.get("/me/sessions").text), "session": name})
    assert elsewhere.get("/me/sessions").status_code == 200
    here.post("/me/sessions", data={"csrf_token": form_token(page), "session": name})
    assert elsewhere.get("/me/sessions").status_code == 403
    assert [one.get("/me/sessions").status_code for one in (here, stranger)] == [200, 200]


def test_staff_see_where_they_are_signed_in_and_end_what_is_not_theirs(
    app: Flask, registration_database: Database
) -> None:
    person_id = olga(app, registration_database)
    here = signed_in_as(app, registration_database, person_id, means="staff")
    there = signed_in_as(app, registration_database, person_id, means="staff")
    signed_in_as(app, registration_database, person_id)
    page = here.get("/staff/security").text
    assert page.count("This browser") == 1
    assert page.count("Sign it out") == 2
    name = page.split('name="session" value="')[1].split('"')[0]
    form = {"csrf_token": form_token(page)}
    here.post("/staff/security/sessions", data={**form, "session": name})
    with registration_database.reading() as session:
        ended = session.scalars(select(SessionRow.token_hash).where(SessionRow.revoked_at.is_not(None))).all()
    assert [token_hash[:16] for token_hash in ended] == [name]
    here.post("/staff/security/sessions", data=form)
    assert there.get("/staff/security").status_code == 303
    assert "Sign it out" not in here.get("/staff/security").text


def test_nobody_ends_the_session_of_somebody_else(app: Flask, registration_database: Database) -> None:
    person_id = olga(app, registration_database)
    mine = signed_in_as(app, registration_database, person_id, means="staff")
    with registration_database.reading() as session:
        name = session.scalars(select(SessionRow.token_hash)).one()[:16]
    other = person_called(registration_database, "Paul", roles=["viewer"])
    stranger = signed_in_as(app, registration_database, other, means="staff")
    form = {"csrf_token": form_token(stranger.get("/staff/security").text), "session": name}
    stranger.post("/staff/security/sessions", data=form)
    assert mine.get("/staff/security").status_code == 200


@pytest.mark.parametrize("service", ["registration", "materials", "notifications"])
def test_whichever_service_is_called_notes_that_a_token_was_used(service: str, databases: dict[str, Database]) -> None:
    app = app_of(counting_api(), database=databases[service], service=service)
    person_id = olga(app, databases["registration"])
    with databases["registration"].transaction() as session:
        scopes = ["editions:read"]
        secret = make_api_token(session, name="a", scopes=scopes, lasts=timedelta(days=1), deed=Deed(person_id, now()))
    assert ask(app, secret).status_code == 200
    with databases["owner"].reading() as session:
        used = session.scalars(select(ApiToken.used_at)).one()
    assert used is not None
    assert ask(app, secret).status_code == 200
    with databases["owner"].reading() as session:
        assert session.scalars(select(ApiToken.used_at)).one() == used
