"""An edition is a place: chosen, remembered with the person, and never taken over by a draft."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from services.registration.app import BLUEPRINTS
from shared.clock import now
from tests.support.registration import make_edition
from tests.support.web import Browser, app_of, person_called, press_at_desk, signed_in_as, visitor

if TYPE_CHECKING:
    from uuid import UUID

    from flask import Flask

    from shared.database import Database

WHERE = re.compile(r'class="menu where">\s*<summary>.*?<bdi>(.*?)</bdi>', re.DOTALL)


@pytest.fixture
def app(registration_database: Database) -> Flask:
    return app_of(*BLUEPRINTS, database=registration_database)


@pytest.fixture
def editions(registration_database: Database) -> dict[str, UUID]:
    today = now()
    return {
        slug: make_edition(
            registration_database,
            slug=slug,
            name={"en": name, "ar": f"{name} ar"},
            published_at=today if is_public else None,
            opens_at=today - timedelta(days=20),
            closes_at=today + timedelta(days=20 if slug != "past" else -10),
            starts_on=(today + timedelta(days=days)).date(),
            ends_on=(today + timedelta(days=days + 4)).date(),
        )
        for slug, name, is_public, days in (
            ("past", "Past Academy", True, -8),
            ("open", "Open Academy", True, 90),
            ("draft", "Draft Academy", False, 500),
        )
    }


def desk_of(app: Flask, database: Database, name: str, *roles: str | tuple[str, UUID]) -> Browser:
    return signed_in_as(app, database, person_called(database, name, roles=roles), means="staff")


def standing(browser: Browser, path: str = "/desk") -> str:
    found = WHERE.search(browser.get(path).text)
    assert found, "the header names no edition"
    return found[1]


@pytest.mark.usefixtures("editions")
@pytest.mark.parametrize("role", ["organiser", "reviewer", "door", "writer"])
def test_a_new_draft_does_not_take_the_desk_over(app: Flask, registration_database: Database, role: str) -> None:
    desk = desk_of(app, registration_database, "Odile", role)
    assert standing(desk) == "Open Academy"
    if role == "organiser":
        assert standing(desk, "/desk/e/draft/edition") == "Draft Academy"
        assert standing(desk, "/desk/editions") == "Open Academy"


@pytest.mark.usefixtures("editions")
def test_the_edition_that_was_chosen_is_remembered_with_the_person(app: Flask, registration_database: Database) -> None:
    person_id = person_called(registration_database, "Odile", roles=["organiser"])
    desk = signed_in_as(app, registration_database, person_id, means="staff")
    answer = press_at_desk(desk, "/desk/place", edition="draft", next="/desk/e/open/applications?q=x")
    assert answer.headers["Location"] == "/desk/e/draft/applications"
    assert standing(desk) == "Draft Academy"
    elsewhere = signed_in_as(app, registration_database, person_id, means="staff")
    assert standing(elsewhere, "/desk/editions") == "Draft Academy"


def test_nobody_can_stand_in_an_edition_without_a_role_in_it(
    app: Flask, registration_database: Database, editions: dict[str, UUID]
) -> None:
    desk = desk_of(app, registration_database, "Rosa", ("reviewer", editions["open"]))
    assert "Draft Academy" not in desk.get("/desk").text
    assert press_at_desk(desk, "/desk/place", edition="draft").status_code == 404
    assert standing(desk) == "Open Academy"


def test_a_page_that_is_closed_there_leads_to_today(
    app: Flask, registration_database: Database, editions: dict[str, UUID]
) -> None:
    desk = desk_of(app, registration_database, "Rosa", ("reviewer", editions["open"]), ("door", editions["past"]))
    answer = press_at_desk(desk, "/desk/place", edition="past", next="/desk/e/open/applications")
    assert answer.headers["Location"] == "/desk"


@pytest.mark.parametrize(
    ("role", "told", "not_told"),
    [
        ("writer", {"Campaigns being written"}, {"To release", "Releases not published", "Without a decision"}),
        ("librarian", {"Releases not published", "on no shelf"}, {"To release", "Campaigns being written"}),
        ("reviewer", {"Without a decision", "To release"}, {"Campaigns being written", "Can still be offered"}),
        ("door", {"People with a place"}, {"To release", "Campaigns being written"}),
        ("approver", {"To release", "Campaigns to approve"}, {"Campaigns being written"}),
    ],
)
@pytest.mark.usefixtures("editions")
def test_today_tells_each_role_what_waits_for_it(
    app: Flask, registration_database: Database, role: str, told: set[str], not_told: set[str]
) -> None:
    page = desk_of(app, registration_database, "Rosa", role).get("/desk").text
    assert [words for words in told if words not in page] == []
    assert [words for words in not_told if words in page] == []
    assert "Background work" not in page
    assert "API tokens" not in page


@pytest.mark.usefixtures("editions")
def test_a_refusal_and_a_missing_page_stay_in_the_desk_with_the_way_back(
    app: Flask, registration_database: Database
) -> None:
    desk = desk_of(app, registration_database, "Rosa", "reviewer")
    came_from = {"Referer": f"{desk.address}/desk/e/open/applications?state=submitted"}
    for path, status in (("/desk/outbox", 403), ("/desk/nothing-here", 404), ("/desk/e/nowhere/decisions", 404)):
        page = desk.get(path, headers=came_from)
        assert page.status_code == status
        assert 'class="desknav"' in page.text
        assert 'href="/desk/e/open/applications?state=submitted"' in page.text
    assert 'class="desknav"' not in visitor(app).get("/desk/nothing-here").text


@pytest.mark.usefixtures("editions")
def test_an_unpublished_edition_is_previewed_in_each_language_and_by_staff_alone(
    app: Flask, registration_database: Database
) -> None:
    desk = desk_of(app, registration_database, "Odile", "organiser")
    page = desk.get("/desk/e/draft/preview?lang=ar")
    assert page.status_code == 200
    assert "<h1>Draft Academy ar</h1>" in page.text
    assert 'href="/e/draft/apply"' not in page.text
    assert visitor(app).get("/e/draft").status_code == 404
    assert visitor(app).get("/desk/e/draft/preview").status_code in {303, 302}
