"""Guessing at a member of staff's sign-in is slowed, and its owner still comes in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from flask import Blueprint, session

from shared.people.routes.public import sign_in, staff_sign_in as staff
from shared.web.door.identity import signed_in
from shared.web.door.policy import public, staff as policy
from shared.web.door.sessions import has_cookie
from tests.service.people.test_sign_in_staff import code, olga, try_in
from tests.support.web import app_of, visitor

if TYPE_CHECKING:
    from flask import Flask

    from shared.database import Database
    from tests.support.web import Browser


def desk() -> Blueprint:
    entry = Blueprint("desk", __name__)

    @entry.get("/desk")
    @policy("organiser", anywhere=True)
    def page() -> str:
        return "desk"

    return entry


@pytest.fixture
def app(registration_database: Database) -> Flask:
    return app_of(sign_in.blueprint, staff.blueprint, desk(), database=registration_database)


def elsewhere(app: Flask, number: int) -> Browser:
    browser = visitor(app)
    browser.environ_base["REMOTE_ADDR"] = f"198.51.100.{number}"
    return browser


def test_wrong_tries_elsewhere_lock_nobody_out(app: Flask, registration_database: Database) -> None:
    olga(app, registration_database)
    stranger = elsewhere(app, 1)
    assert [try_in(stranger, code="000000").status_code for _ in range(11)] == [422] * 10 + [429]
    assert try_in(elsewhere(app, 2), code=code()).location == "/desk"


def test_a_guess_from_everywhere_is_slowed_but_not_the_browser_that_was_in_before(
    app: Flask, registration_database: Database
) -> None:
    olga(app, registration_database)
    known = elsewhere(app, 200)
    assert try_in(known, code=code()).location == "/desk"
    answers = [try_in(elsewhere(app, number // 10), code="000000").status_code for number in range(50)]
    assert answers == [422] * 49 + [429]  # the first of the fifty was the owner's own, from a browser not known yet
    assert try_in(elsewhere(app, 201), code="000000").status_code == 429
    known.delete_cookie("academy", domain="academy.test")
    assert try_in(known, code="000000").status_code == 422


@pytest.mark.parametrize("public_url", ["http://academy.test", "https://academy.test"])
def test_a_browser_that_is_only_known_is_a_visitor_like_any_other(
    registration_database: Database, public_url: str
) -> None:
    """Its cookie opens nothing, and makes no page personal: not for the caches, and not for our own renderings."""
    shown = Blueprint("shown", __name__)

    @shown.get("/shown")
    @public
    def page() -> str:
        return f"{has_cookie()} {signed_in()} {sorted(session)}"

    app = app_of(
        sign_in.blueprint, staff.blueprint, desk(), shown, database=registration_database, public_url=public_url
    )
    olga(app, registration_database)
    browser = visitor(app)
    assert try_in(browser, code=code()).location == "/desk"
    assert browser.get("/shown").headers["Cache-Control"] == "no-store"
    browser.delete_cookie(app.config["SESSION_COOKIE_NAME"], domain="academy.test")
    answer = browser.get("/shown")
    assert [cookie for cookie in answer.request.cookies if "known" in cookie]
    assert answer.text == "False None []"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert app.config["SESSION_COOKIE_NAME"] not in answer.request.headers["Cookie"]  # what a rendering is chosen by
