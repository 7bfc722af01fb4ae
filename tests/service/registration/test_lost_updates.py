"""Two tabs at one page: the later save undoes nothing that it has not seen, and shows both."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from services.registration.app import BLUEPRINTS
from shared.schema.registration import Application, Edition
from tests.service.registration.test_nothing_lost import applied, fields_of
from tests.support.registration import make_open_edition
from tests.support.web import app_of, form_token, person_called, press, signed_in_as, visitor

if TYPE_CHECKING:
    from flask import Flask

    from shared.database import Database


@pytest.fixture
def app(registration_database: Database) -> Flask:
    make_open_edition(registration_database)
    return app_of(*BLUEPRINTS, database=registration_database)


def test_an_edition_saved_in_two_tabs_shows_both_and_saves_the_later_only_when_told(
    app: Flask, registration_database: Database
) -> None:
    page = "/desk/e/spring-2026/edition"
    ola = person_called(registration_database, "Ola", roles=["organiser"])
    desk = signed_in_as(app, registration_database, ola, means="staff")
    first, second = (fields_of(desk.get(page).text) | {"languages": "en"} for _tab in range(2))
    for _press in range(2):
        assert press(desk, page, **first | {"venue": "The first hall"}).status_code == 303
    conflict = press(desk, page, **second | {"venue": "The second hall"})
    assert conflict.status_code == 409
    assert "Somebody saved this while you were writing" in conflict.text
    assert "The first hall" in conflict.text
    with registration_database.reading() as session:
        assert session.execute(select(Edition.venue)).scalar_one() == "The first hall"
    again = fields_of(conflict.text) | {"languages": "en"}
    assert again["venue"] == "The second hall"
    assert press(desk, page, **again).status_code == 303
    with registration_database.reading() as session:
        assert session.execute(select(Edition.venue)).scalar_one() == "The second hall"


def test_a_stale_tab_is_shown_the_other_save_before_it_is_asked_about_the_zone(
    app: Flask, registration_database: Database
) -> None:
    page = "/desk/e/spring-2026/edition"
    ola = person_called(registration_database, "Ola", roles=["organiser"])
    desk = signed_in_as(app, registration_database, ola, means="staff")
    first, second = (fields_of(desk.get(page).text) | {"languages": "en"} for _tab in range(2))
    assert press(desk, page, **first | {"venue": "The first hall"}).status_code == 303
    stale = press(desk, page, **second | {"time_zone": "Africa/Nairobi"})
    assert (stale.status_code, "The first hall" in stale.text) == (409, True)
    again = press(desk, page, **fields_of(stale.text) | {"languages": "en"})
    assert (again.status_code, "Choose what becomes of the times" in again.text) == (422, True)


def test_an_application_changed_in_two_tabs_shows_both(app: Flask, registration_database: Database) -> None:
    browser = visitor(app)
    page = f"/me/applications/{applied(app, browser, registration_database)}/edit"
    first, second = (fields_of(browser.get(page).text) for _tab in range(2))
    for _press in range(2):
        assert press(browser, page, **first | {"motivation": "From the first tab."}).status_code == 303
    conflict = press(browser, page, **second | {"motivation": "From the <second> tab."})
    assert conflict.status_code == 409
    assert "From the first tab." in conflict.text
    again = fields_of(conflict.text)
    assert again["motivation"] == "From the <second> tab."
    assert html.escape("From the <second> tab.") in conflict.text
    assert press(browser, page, **again).status_code == 303
    with registration_database.reading() as session:
        assert session.execute(select(Application.answers)).scalar_one()["motivation"] == "From the <second> tab."


def test_an_edition_created_by_a_double_press_is_created_once(app: Flask, registration_database: Database) -> None:
    ola, otto = (person_called(registration_database, name, roles=["organiser"]) for name in ("Ola", "Otto"))
    desk = signed_in_as(app, registration_database, ola, means="staff")
    form = fields_of(desk.get("/desk/e/spring-2026/edition").text) | {"languages": "en", "slug": "autumn-2026"}
    answers = [press(desk, "/desk/editions/new", **form) for _press in range(2)]
    assert [one.headers.get("Location") for one in answers] == ["/desk/e/autumn-2026/edition"] * 2
    assert press(desk, "/desk/editions/new", **form | {"venue": "Elsewhere"}).status_code == 422
    other = signed_in_as(app, registration_database, otto, means="staff")
    theirs = form | {"csrf_token": form_token(other.get("/desk/editions/new").text)}
    assert press(other, "/desk/editions/new", **theirs).status_code == 422
    with registration_database.reading() as session:
        assert len(session.scalars(select(Edition.id)).all()) == 2
