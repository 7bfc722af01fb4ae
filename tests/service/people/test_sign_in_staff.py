"""Staff come in with a passphrase and a one-time code; each code is good once."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import TYPE_CHECKING
from uuid import UUID

import pyotp
import pytest
from flask import Blueprint
from sqlalchemy import select

from shared.clock import now
from shared.deeds import Deed
from shared.links import STAFF_INVITATION
from shared.people.actions.staff import create_first_organiser, create_staff_member
from shared.people.actions.tokens import make_api_token
from shared.people.routes.desk import security as staff_security, staff as staff_desk
from shared.people.routes.public import sign_in, staff_sign_in as staff
from shared.schema.people.credentials import ApiToken, RecoveryCode, StaffCredential
from shared.schema.people.persons import Person, Role
from shared.vault import vault_of
from shared.web.door.policy import staff as policy
from tests.support.links import mailed_path
from tests.support.web import app_of, form_token, person_called, signed_in_as, visitor

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.test import TestResponse

    from shared.database import Database
    from tests.support.web import Browser

PASSPHRASE = "seven quiet rivers of Montreal"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def app(registration_database: Database) -> Flask:
    desk = Blueprint("desk", __name__)

    @desk.get("/desk")
    @policy("organiser", anywhere=True)
    def page() -> str:
        return "desk"

    return app_of(
        sign_in.blueprint,
        staff.blueprint,
        staff_security.blueprint,
        staff_desk.blueprint,
        desk,
        database=registration_database,
    )


def olga(app: Flask, database: Database) -> UUID:
    vault = vault_of(app.secret_key)
    with database.transaction() as session:
        return create_staff_member(
            session,
            email="olga@example.org",
            name="Olga",
            passphrase=PASSPHRASE,
            one_time_secret=SECRET,
            roles=[("organiser", None)],
            vault=vault,
            now=now(),
        )


def code() -> str:
    return pyotp.TOTP(SECRET).now()


def try_in(
    browser: Browser, *, email: str = "olga@example.org", passphrase: str = PASSPHRASE, code: str
) -> TestResponse:
    token = form_token(browser.get("/staff/sign-in").text)
    form = {"email": email, "passphrase": passphrase, "code": code, "csrf_token": token, "next": "/desk"}
    return browser.post("/staff/sign-in", data=form)


def test_passphrase_and_code_open_the_desk(app: Flask, registration_database: Database) -> None:
    olga(app, registration_database)
    browser = visitor(app)
    assert try_in(browser, code=code()).location == "/desk"
    assert browser.get("/desk").text == "desk"


def test_whatever_is_wrong_the_answer_is_the_same(app: Flask, registration_database: Database) -> None:
    olga(app, registration_database)
    answers = [
        try_in(visitor(app), code="000000"),
        try_in(visitor(app), code=""),
        try_in(visitor(app), passphrase="another long passphrase", code=code()),
        try_in(visitor(app), email="stranger@example.org", code=code()),
    ]
    plain = {re.sub(r'value="[^"]*"|nonce="[^"]*"', "", answer.text) for answer in answers}
    assert {answer.status_code for answer in answers} == {422}
    assert len(plain) == 1


def test_a_code_is_good_once_even_for_two_at_the_same_moment(app: Flask, registration_database: Database) -> None:
    olga(app, registration_database)
    same = code()
    start = Barrier(5)

    def hurry(_: int) -> int:
        browser = visitor(app)
        browser.get("/staff/sign-in")
        start.wait()
        return try_in(browser, code=same).status_code

    with ThreadPoolExecutor(5) as pool:
        answers = sorted(pool.map(hurry, range(5)))
    assert answers == [303, 422, 422, 422, 422]


def test_the_passphrase_and_the_secret_are_not_in_the_database(app: Flask, registration_database: Database) -> None:
    olga(app, registration_database)
    with registration_database.reading() as session:
        row = session.scalars(select(StaffCredential)).one()
    assert row.passphrase_hash.startswith("$argon2id$")
    assert SECRET not in str(row.totp_secret)


def test_guessing_is_limited(app: Flask, registration_database: Database) -> None:
    olga(app, registration_database)
    answers = [try_in(visitor(app), code="000000").status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]


def enrol(browser: Browser, page: str) -> str:
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", page)
    assert secret
    answer = browser.post("/staff/enrol", data={"csrf_token": form_token(page), "code": pyotp.TOTP(secret[1]).now()})
    assert answer.status_code == 200
    return answer.text


def test_the_first_organiser_chooses_a_passphrase_sets_up_codes_and_is_in(
    app: Flask, registration_database: Database
) -> None:
    with registration_database.transaction() as session:
        invitation = create_first_organiser(session, email="olga@example.org", name="Olga", now=now())
        assert invitation is not None
        assert create_first_organiser(session, email="eve@example.org", name="Eve", now=now()) is None
    link = mailed_path(app, STAFF_INVITATION, invitation)
    browser = visitor(app)
    short = {"csrf_token": form_token(browser.get(link).text), "passphrase": "too short"}
    assert browser.post(link, data=short).status_code == 422
    guessed = browser.post(link, data={**short, "passphrase": "passwordpassword"})
    assert guessed.status_code == 422
    assert "four or five words that have nothing to do with each other" in guessed.text
    assert browser.post(link, data={**short, "passphrase": PASSPHRASE}).location == "/staff/enrol"
    assert browser.get("/desk").status_code == 303
    page = browser.get("/staff/enrol").text
    assert "<svg" in page
    wrong = browser.post("/staff/enrol", data={"csrf_token": form_token(page), "code": "000000"})
    assert wrong.status_code == 422
    codes = re.findall(r"\b[0-9a-z]{5}-[0-9a-z]{5}\b", enrol(browser, page).partition("<pre")[2])
    assert len(codes) == 10
    assert browser.get("/desk").text == "desk"
    assert visitor(app).get(link).status_code == 410

    again = visitor(app)
    assert try_in(again, code=codes[0].upper().replace("-", " ")).location == "/desk"
    assert try_in(visitor(app), code=codes[0]).status_code == 422
    with registration_database.reading() as session:
        used = [row.used_at is not None for row in session.scalars(select(RecoveryCode))]
    assert sorted(used) == [False] * 9 + [True]


def test_without_an_authenticator_the_passphrase_opens_only_its_set_up(
    app: Flask, registration_database: Database
) -> None:
    person_id = olga(app, registration_database)
    with registration_database.transaction() as session:
        row = session.get(StaffCredential, person_id)
        assert row is not None
        row.totp_secret = None
    browser = visitor(app)
    assert try_in(browser, code="").location == "/staff/enrol"
    assert browser.get("/desk").status_code == 303


def test_a_new_passphrase_ends_the_other_sessions(app: Flask, registration_database: Database) -> None:
    person_id = olga(app, registration_database)
    here = signed_in_as(app, registration_database, person_id, means="staff")
    there = signed_in_as(app, registration_database, person_id, means="staff")
    form = {
        "csrf_token": form_token(here.get("/staff/security").text),
        "passphrase_now": PASSPHRASE,
        "passphrase": "a passphrase that is new",
        "code": "000000",
    }
    assert here.post("/staff/security/passphrase", data=form).status_code == 422
    assert here.post("/staff/security/passphrase", data={**form, "code": code()}).status_code == 303
    assert here.get("/desk").status_code == 200
    assert there.get("/desk").status_code == 303


def test_another_authenticator_asks_for_both_factors_first(app: Flask, registration_database: Database) -> None:
    person_id = olga(app, registration_database)
    here = signed_in_as(app, registration_database, person_id, means="staff")
    there = signed_in_as(app, registration_database, person_id, means="staff")
    assert here.get("/staff/enrol").status_code == 303
    form = {
        "csrf_token": form_token(here.get("/staff/security").text),
        "passphrase_factor": PASSPHRASE,
        "code_factor": code(),
    }
    assert here.post("/staff/security/authenticator", data=form).location == "/staff/enrol"
    enrol(here, here.get("/staff/enrol").text)
    assert here.get("/desk").status_code == 200
    assert there.get("/desk").status_code == 303
    assert try_in(visitor(app), code=code()).status_code == 422


def invite(browser: Browser, **form: str) -> int:
    token = form_token(browser.get("/desk/staff").text)
    return browser.post("/desk/staff", data={"csrf_token": token, **form}).status_code


def test_inviting_an_address_does_not_tell_the_name_of_who_has_it(app: Flask, registration_database: Database) -> None:
    browser = signed_in_as(app, registration_database, olga(app, registration_database), means="staff")
    person_called(registration_database, "Zenobia")
    assert invite(browser, name="Nobody I know", email="zenobia@example.org", role="viewer") == 303
    page = browser.get("/desk/staff").text
    assert "zenobia@example.org" in page
    assert "Zenobia" not in page


def test_an_organiser_invites_grants_and_revokes(app: Flask, registration_database: Database) -> None:
    browser = signed_in_as(app, registration_database, olga(app, registration_database), means="staff")
    assert invite(browser, name="Rita", email="rita@example.org", role="reviewer") == 303
    assert invite(browser, name="Rita", email="nonsense", role="king") == 422
    page = browser.get("/desk/staff").text
    assert "rita@example.org" in page
    with registration_database.reading() as session:
        rita = session.scalars(select(Person.id).where(Person.name == "Rita")).one()
        role = session.scalars(select(Role.id).where(Role.person_id == rita)).one()
    token = form_token(page)
    last = browser.get(f"/desk/staff/roles/{role}/revoke").text
    assert "It is the last role" in last
    assert browser.post(f"/desk/staff/{rita}/roles", data={"csrf_token": token, "role": "viewer"}).status_code == 303
    assert "1 other role stays." in browser.get(f"/desk/staff/roles/{role}/revoke").text
    assert browser.post(f"/desk/staff/roles/{role}/revoke", data={"csrf_token": token}).status_code == 303
    with registration_database.transaction() as session:
        make_api_token(session, name="found", scopes=[], lasts=timedelta(days=1), deed=Deed(rita, now()))
    assert browser.post(f"/desk/staff/{rita}/reset", data={"csrf_token": token}).status_code == 303
    with registration_database.reading() as session:
        assert session.scalars(select(Role.name).where(Role.person_id == rita)).all() == ["viewer"]
        assert session.scalars(select(ApiToken.revoked_at).where(ApiToken.person_id == rita)).one() is not None


def test_the_last_organiser_stays(app: Flask, registration_database: Database) -> None:
    person_id = olga(app, registration_database)
    browser = signed_in_as(app, registration_database, person_id, means="staff")
    with registration_database.reading() as session:
        role = session.scalars(select(Role.id)).one()
    token = form_token(browser.get("/desk/staff").text)
    refused = browser.post(f"/desk/staff/roles/{role}/revoke", data={"csrf_token": token})
    assert (refused.status_code, refused.location) == (303, "/desk/staff")
    with registration_database.reading() as session:
        assert session.scalars(select(Role.id)).all() == [role]


def test_an_organiser_of_one_edition_rules_only_there(app: Flask, registration_database: Database) -> None:
    olga(app, registration_database)
    edition, other = UUID(int=1), UUID(int=2)
    emma = person_called(registration_database, "Emma", roles=[("organiser", edition)])
    rita = person_called(registration_database, "Rita", roles=[("viewer", other)])
    browser = signed_in_as(app, registration_database, emma, means="staff")
    assert invite(browser, name="Max", email="max@example.org", role="viewer", edition_id=str(edition)) == 303
    assert invite(browser, name="Max", email="max@example.org", role="viewer", edition_id=str(other)) == 403
    assert invite(browser, name="Max", email="max@example.org", role="organiser") == 403
    page = browser.get("/desk/staff").text
    assert "Olga" in page
    assert "max@example.org" in page
    assert "Rita" not in page
    token = form_token(page)
    grant = {"csrf_token": token, "role": "viewer", "edition_id": str(edition)}
    assert browser.post(f"/desk/staff/{rita}/roles", data=grant).status_code == 404
    assert browser.post(f"/desk/staff/{rita}/reset", data={"csrf_token": token}).status_code == 403
    with registration_database.reading() as session:
        role = session.scalars(select(Role.id).where(Role.person_id == rita)).one()
    assert browser.post(f"/desk/staff/roles/{role}/revoke", data={"csrf_token": token}).status_code == 404
