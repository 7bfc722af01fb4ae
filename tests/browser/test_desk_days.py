"""Days at the desk, counted in keys and pages, in a real browser on registration as it is served."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import timedelta
from io import BytesIO
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from sqlalchemy import func, select
from werkzeug.serving import make_server

from services.registration.app import BLUEPRINTS
from services.registration.queries.editions import edition_at
from shared.clock import now
from shared.people.actions.sessions import open_session
from shared.schema.registration import Decision, DecisionBatch
from tests.support.browser import RULES
from tests.support.registration import apply, make_edition
from tests.support.web import app_of, person_called

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from shared.database import Database

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
BASE = "/desk/e/spring-2026"


@pytest.fixture
def desk(browser: Browser, registration_database: Database) -> Iterator[Page]:
    """The desk of an organiser, with twenty-five applications; no process but this one."""
    today = now()
    edition = make_edition(registration_database, opens_at=today - timedelta(days=9), closes_at=today + timedelta(9))
    for number in range(25):
        email = f"p{number}@example.org"
        apply(registration_database, edition, email=email, name=f"Person {number:02}", now=today)
    organiser = person_called(registration_database, "Odile", roles=["organiser"])
    server = make_server("127.0.0.1", 0, lambda *_asked: [], threaded=True)
    site = f"http://127.0.0.1:{server.server_port}"
    app = app_of(*BLUEPRINTS, database=registration_database, public_url=site, recall_seconds=60)

    def whole(environ: dict[str, Any], start: Any) -> Any:
        """Hand the body over read: this server keeps the line open, and the house reads to its end."""
        length = int(environ.get("CONTENT_LENGTH") or 0)
        return app(environ | {"wsgi.input": BytesIO(environ["wsgi.input"].read(length))}, start)

    server.app = whole
    Thread(target=server.serve_forever, daemon=True).start()
    with registration_database.transaction() as session:
        secret = open_session(session, person_id=organiser, means="staff", now=today)
    signed = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    with closing(browser.new_context(base_url=site)) as context:
        name = app.config["SESSION_COOKIE_NAME"]
        context.add_cookies([{"name": name, "value": signed.dumps({"s": secret}), "url": site}])
        page = context.new_page()
        yield page
    server.shutdown()


def examine(page: Page) -> None:
    found = Axe().run(page, options=RULES).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == [], page.url


def test_twenty_proposals_take_at_most_sixty_keys(desk: Page, registration_database: Database) -> None:
    keys = 0
    desk.goto(f"{BASE}/applications")
    for key in [*["j", "x"] * 20, "a"]:
        desk.keyboard.press(key)
        keys += 1
    desk.wait_for_selector("[data-done]")
    examine(desk)
    desk.keyboard.press("Enter")
    keys += 1
    desk.wait_for_url("**/proposals/**")
    with registration_database.reading() as session:
        assert session.scalar(select(func.count()).where(Decision.outcome == "accept")) == 20
    assert keys <= 60


@pytest.mark.parametrize("width", [360, 1440])
def test_twenty_are_read_and_decided_with_one_key_each(desk: Page, registration_database: Database, width: int) -> None:
    desk.set_viewport_size({"width": width, "height": 900})
    desk.goto(f"{BASE}/reading?sort=name&at=1")
    examine(desk)
    assert desk.locator(".shelf").is_visible() == (width > 1280)
    for place in range(20):
        assert desk.locator("h1").inner_text() == f"Person {place:02}"
        with desk.expect_navigation():
            desk.keyboard.press("ard"[place % 3])
    desk.keyboard.press("k")
    desk.wait_for_url("**at=20")
    assert desk.locator("h1").inner_text() == "Person 19"
    assert desk.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    with registration_database.reading() as session:
        assert session.scalar(select(func.count()).where(Decision.state == "proposed")) == 20


def test_a_new_edition_is_made_from_the_last_one_on_one_page(desk: Page, registration_database: Database) -> None:
    desk.goto("/desk/editions")
    desk.click("a[href='/desk/editions/next?from=spring-2026']")
    examine(desk)
    typed = {"slug": "turin-2027", "starts_on": "2027-06-07", "place": "Turin, Italy"}
    for name, text in typed.items():
        desk.fill(f"[name={name}]", text)
    desk.click("main form button.button")
    desk.wait_for_url("**/desk/e/turin-2027/edition")
    assert sum(map(len, typed.values())) < 60
    with registration_database.reading() as session:
        assert edition_at(session, "turin-2027").place == "Turin, Italy"


def test_a_release_counts_down_and_is_taken_back_from_the_page_one_returns_to(
    desk: Page, registration_database: Database
) -> None:
    desk.goto(f"{BASE}/applications")
    for key in ("j", "x", "d"):
        desk.keyboard.press(key)
    desk.wait_for_selector("[data-done]")
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/proposals/**")
    desk.goto(f"{BASE}/decisions")
    desk.click("a[href$='/decisions/release']")
    examine(desk)
    desk.click("form:has([name=seen]) button")
    desk.wait_for_url("**/releases/**")
    examine(desk)
    where, first = desk.url, int(desk.locator("[data-countdown]").inner_text())
    desk.goto("/desk")
    desk.goto(where)
    desk.wait_for_function("first => Number(document.querySelector('[data-countdown]').textContent) < first", arg=first)
    desk.click("form[action$='/recall'] button")
    desk.wait_for_url("**/decisions")
    assert re.search(r"1 decision is a proposal again", desk.inner_text("main"))
    with registration_database.reading() as session:
        assert session.scalar(select(func.count()).select_from(DecisionBatch)) == 0


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_the_edition_is_chosen_in_the_header_at_every_width(
    desk: Page, registration_database: Database, width: int
) -> None:
    make_edition(registration_database, slug="autumn-2026", name={"en": "Autumn Academy"}, published_at=None)
    desk.set_viewport_size({"width": width, "height": 800})
    desk.goto(f"{BASE}/decisions")
    assert desk.locator(".where summary").inner_text().strip().endswith("Spring Academy")
    desk.click(".where summary")
    examine(desk)
    desk.get_by_role("button", name=re.compile("Autumn Academy")).click()
    desk.wait_for_url("**/desk/e/autumn-2026/decisions")
    assert desk.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    desk.goto("/desk/editions")
    assert desk.locator(".where summary").inner_text().strip().endswith("Autumn Academy")
