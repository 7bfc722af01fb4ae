"""Back and reload find the page that refused a form, and send nothing again; nobody else finds it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select, text, update

from services.registration.app import BLUEPRINTS
from shared.clock import now
from shared.kept_pages import MOST_OF_BROWSER
from shared.schema.outbox.kept_forms import KeptPage
from tests.service.registration.test_applying import answers, applications, open_form
from tests.service.registration.test_nothing_lost import WORDS, fields_of
from tests.support.registration import make_open_edition
from tests.support.web import HOST, Browser, app_of, form_token, person_called, signed_in_as, visitor

if TYPE_CHECKING:
    from flask import Flask

    from shared.database import Database

FORM = "/e/spring-2026/apply"
SHOWN = {"Accept": "text/html,application/xhtml+xml", "Origin": f"http://{HOST}"}


@pytest.fixture
def app(registration_database: Database) -> Flask:
    make_open_edition(registration_database)
    return app_of(*BLUEPRINTS, database=registration_database)


def send(browser: Browser, path: str = FORM, **fields: Any) -> Any:
    return browser.post(path, data=fields, headers=SHOWN)


def refused(browser: Browser, **changes: str) -> str:
    """Send a form that lacks a name; return the address of the page that says so."""
    answer = send(browser, **(answers(motivation=WORDS, name="", **changes) | open_form(browser)))
    assert answer.status_code == 303
    return str(answer.location)


def pages(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(KeptPage)) or 0


def test_a_refused_form_ends_at_an_address_that_can_be_opened_again(
    app: Flask, registration_database: Database
) -> None:
    browser = visitor(app)
    where = refused(browser)
    for _time in range(2):
        page = browser.get(where)
        assert page.status_code == 422
        assert page.headers["Cache-Control"] == "no-store"
        assert fields_of(page.text)["motivation"] == WORDS
        assert "Enter your name" in page.text or "error" in page.text
        nonce = page.text.split('nonce="')[1].split('"')[0] if 'nonce="' in page.text else ""
        assert f"'nonce-{nonce}'" in page.headers["Content-Security-Policy"]
    assert pages(registration_database) == 1
    with registration_database.reading() as session:
        assert WORDS not in session.execute(text("SELECT string_agg(sealed, '') FROM outbox.kept_page")).scalar_one()


def test_what_is_sent_from_there_goes_through_and_leaves_nothing_for_the_next_person(
    app: Flask, registration_database: Database
) -> None:
    browser = visitor(app)
    where = refused(browser)
    form = fields_of(browser.get(where).text) | {"name": "Awa Diop"}
    assert "/apply/sent/" in send(browser, where, **form).location
    assert [one.name for one in applications(registration_database)] == ["Awa Diop"]
    assert pages(registration_database) == 0
    again = browser.get(where)
    assert again.status_code == 200
    assert WORDS not in again.text


def test_only_the_browser_that_sent_it_finds_it_and_only_until_somebody_signs_in_or_out(
    app: Flask, registration_database: Database
) -> None:
    browser = visitor(app)
    where = refused(browser)
    assert WORDS not in visitor(app).get(where).text
    ben = signed_in_as(app, registration_database, person_called(registration_database, "Ben"))
    mine = send(ben, "/me/settings", name="", locale="en", csrf_token=form_token(ben.get("/me/settings").text))
    assert ben.get(mine.location).status_code == 422
    ben.post("/sign-out", data={"csrf_token": form_token(ben.get("/me/settings").text)})
    assert ben.get(mine.location).status_code == 303, "whoever comes next is led to the door"
    with browser.session_transaction() as cookie:
        cookie["c"] = "A" * 32  # as each sign-in gives the browser's forms another secret
    assert WORDS not in browser.get(where).text


def test_it_ends_after_an_hour(app: Flask, owner_database: Database) -> None:
    browser = visitor(app)
    where = refused(browser)
    with owner_database.transaction() as session:
        session.execute(update(KeptPage).values(expires_at=now() - timedelta(seconds=1)))
    assert WORDS not in browser.get(where).text


def test_a_browser_that_fills_its_room_is_answered_directly(app: Flask, registration_database: Database) -> None:
    browser = visitor(app)
    for number in range(MOST_OF_BROWSER):
        refused(browser, email=f"awa.{number}@example.org")
    answer = send(browser, **(answers(motivation=WORDS, name="") | open_form(browser)))
    assert answer.status_code == 422
    assert fields_of(answer.text)["motivation"] == WORDS
    assert pages(registration_database) == MOST_OF_BROWSER


def test_a_browser_without_our_cookie_and_a_program_are_answered_directly(app: Flask) -> None:
    form = answers(motivation=WORDS, name="") | open_form(visitor(app))
    stranger = send(visitor(app), **form)
    assert (stranger.status_code, fields_of(stranger.text)["motivation"]) == (403, WORDS)
    browser = visitor(app)
    program = browser.post(FORM, data=form | open_form(browser), headers={"Origin": f"http://{HOST}"})
    assert program.status_code == 422


def test_a_page_in_another_language_can_be_come_back_to_as_well(app: Flask) -> None:
    browser = visitor(app)
    form = answers(motivation=WORDS) | open_form(browser) | {"only": "language"}
    where = send(browser, f"{FORM}?lang=fr", **form).location
    page = browser.get(where)
    assert (page.status_code, fields_of(page.text)["motivation"]) == (200, WORDS)
    assert 'lang="fr"' in page.text
