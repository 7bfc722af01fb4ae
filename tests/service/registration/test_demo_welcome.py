"""The demo lets everybody in by a button; where real people are there is no such button and no such address."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from services.registration.app import build
from services.registration.demo.staff import hire_staff
from services.registration.routes.public.demo import enter
from services.registration.settings import RegistrationSettings
from shared.clock import now
from shared.errors import Forbidden
from tests.support.mail import make_edition, make_enrolment, make_person
from tests.support.web import Browser, form_token, press, settings, visitor

if TYPE_CHECKING:
    from flask import Flask

    from shared.database import Database

SECRET = "a secret that is only good for tests"


def served(database: Database, environment: str) -> Flask:
    values = settings(environment=environment, secret_key=SecretStr(SECRET)).model_dump()
    return build(RegistrationSettings(**values), database)


def staffed(database: Database) -> None:
    with database.transaction() as session:
        hire_staff(session, secret_key=SECRET, now=now() - timedelta(days=30))


def enter_as(browser: Browser, role: str, *, page: str = "/staff/sign-in") -> str:
    answer = press(browser, "/demo/enter", csrf_token=form_token(browser.get(page).text), role=role)
    return str(answer.headers.get("Location", answer.status_code))


@pytest.mark.parametrize("role", ["organiser", "reviewer", "librarian", "writer", "approver", "door", "viewer"])
def test_one_button_leads_each_role_to_its_own_desk(registration_database: Database, role: str) -> None:
    staffed(registration_database)
    browser = visitor(served(registration_database, "demo"))
    assert f'value="{role}"' in browser.get("/sign-in").text
    assert enter_as(browser, role) == "/desk"
    desk = browser.get("/desk")
    assert desk.status_code == 200
    assert ('href="/desk/staff"' in desk.text) is (role == "organiser")


def test_one_button_leads_to_somebody_who_has_a_place(
    registration_database: Database, owner_database: Database
) -> None:
    edition = make_edition(owner_database)
    person = make_person(owner_database, "awa@example.org", name="Awa Diop")
    make_enrolment(owner_database, edition, person)
    browser = visitor(served(registration_database, "demo"))
    assert enter_as(browser, "participant", page="/sign-in") == "/me"
    assert "Awa Diop" in browser.get("/me/settings").text
    assert browser.get("/desk").status_code == 303, "a participant is no staff"


def test_whoever_is_not_there_opens_nothing(registration_database: Database) -> None:
    browser = visitor(served(registration_database, "demo"))
    for role in ("organiser", "participant", "emperor", ""):
        assert enter_as(browser, role) == "404"
    assert browser.get("/desk").status_code == 303


def test_where_real_people_are_there_is_no_button_and_no_address(registration_database: Database) -> None:
    staffed(registration_database)
    app = served(registration_database, "production")
    browser = visitor(app)
    for page in ("/sign-in", "/staff/sign-in"):
        assert "/demo/enter" not in browser.get(page).text
    assert enter_as(browser, "organiser") == "404"
    assert browser.get("/desk").status_code == 303
    assert not [rule for rule in app.url_map.iter_rules() if "demo" in rule.rule]
    with app.test_request_context("/demo/enter", method="POST", data={"role": "organiser"}), pytest.raises(Forbidden):
        enter()  # even if somebody registered it
