"""Guessing at a member of staff's sign-in is slowed, and its owner still comes in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from flask import Blueprint

from shared.people.routes.public import sign_in, staff_sign_in as staff
from shared.web.door.policy import staff as policy
from tests.service.people.test_sign_in_staff import code, olga, try_in
from tests.support.web import app_of, visitor

if TYPE_CHECKING:
    from flask import Flask

    from shared.database import Database
    from tests.support.web import Browser


@pytest.fixture
def app(registration_database: Database) -> Flask:
    desk = Blueprint("desk", __name__)

    @desk.get("/desk")
    @policy("organiser", anywhere=True)
    def page() -> str:
        return "desk"

    return app_of(sign_in.blueprint, staff.blueprint, desk, database=registration_database)


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
