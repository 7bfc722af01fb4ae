"""Participants come in by a mailed link: once, for ten minutes, and nobody learns who has an account."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from sqlalchemy import func, select

from shared.clock import now
from shared.links import PROOF, SIGN_IN
from shared.people.actions.sign_in import request_sign_in_link
from shared.people.routes.public import sign_in
from shared.schema.outbox.entries import Entry, FactRow
from shared.schema.people.credentials import SessionRow, SignInLink
from shared.web.door.identity import current_person
from shared.web.door.policy import participant
from tests.support.links import mailed_path
from tests.support.web import app_of, form_token, person_called, visitor

if TYPE_CHECKING:
    from flask import Flask

    from shared.database import Database
    from tests.support.web import Browser


@pytest.fixture
def app(registration_database: Database) -> Flask:
    from flask import Blueprint

    me = Blueprint("me", __name__)

    @me.get("/me")
    @participant
    def page() -> str:
        return current_person().name

    return app_of(sign_in.blueprint, me, database=registration_database)


def link_for(app: Flask, database: Database, email: str, *, age: timedelta = timedelta()) -> str:
    with database.transaction() as session:
        link_id = request_sign_in_link(session, email=email, browser_hash="", now=now() - age)
    return mailed_path(app, SIGN_IN, link_id)


def ask(browser: Browser, email: str) -> tuple[int, str | None]:
    token = form_token(browser.get("/sign-in").text)
    answer = browser.post("/sign-in", data={"email": email, "csrf_token": token})
    return answer.status_code, answer.location


def press(browser: Browser, link: str) -> int:
    token = form_token(browser.get(link).text)
    return browser.post(link, data={"csrf_token": token}).status_code


def test_a_link_opens_the_personal_page(app: Flask, registration_database: Database) -> None:
    person_called(registration_database, "Ada")
    browser = visitor(app)
    link = link_for(app, registration_database, "ADA@example.org ")
    page = browser.get(link)
    assert page.status_code == 200
    answer = browser.post(link, data={"csrf_token": form_token(page.text)})
    assert (answer.status_code, answer.location) == (303, "/me")
    assert browser.get("/me").text == "Ada"


def test_asking_leads_back_to_where_the_person_wanted_to_go(app: Flask, registration_database: Database) -> None:
    person_called(registration_database, "Ada")
    browser = visitor(app)
    assert browser.get("/me").location == "/sign-in?next=%2Fme"
    browser.get("/sign-in?next=/me%3Ftab=offers")
    link = link_for(app, registration_database, "ada@example.org")
    answer = browser.post(link, data={"csrf_token": form_token(browser.get(link).text)})
    assert answer.location == "/me?tab=offers"


def test_opening_the_page_uses_nothing_up(app: Flask, registration_database: Database) -> None:
    person_called(registration_database, "Ada")
    link = link_for(app, registration_database, "ada@example.org")
    for _ in range(5):
        visitor(app).get(link)
        visitor(app).head(link)
    assert press(visitor(app), link) == 303


def test_a_link_works_once(app: Flask, registration_database: Database) -> None:
    person_called(registration_database, "Ada")
    link = link_for(app, registration_database, "ada@example.org")
    late = visitor(app)
    token = form_token(late.get(link).text)
    assert press(visitor(app), link) == 303
    assert visitor(app).get(link).status_code == 410
    assert late.post(link, data={"csrf_token": token}).status_code == 410


def test_a_lost_answer_is_given_again_to_the_browser_that_used_the_link_up(
    app: Flask, registration_database: Database
) -> None:
    person_called(registration_database, "Ada")
    browser = visitor(app)
    link = link_for(app, registration_database, "ada@example.org")
    form = {"csrf_token": form_token(browser.get(link).text)}
    cookie = browser.get_cookie("academy", "academy.test")
    assert cookie
    browser.post(link, data=form)
    browser.set_cookie("academy", cookie.value, domain="academy.test")
    again = browser.post(link, data=form)
    assert (again.status_code, again.location) == (303, "/me")
    assert browser.get("/me").text == "Ada"


def test_a_link_lives_ten_minutes(app: Flask, registration_database: Database) -> None:
    person_called(registration_database, "Ada")
    link = link_for(app, registration_database, "ada@example.org", age=timedelta(minutes=10))
    assert visitor(app).get(link).status_code == 410


def test_a_forged_link_leads_nowhere(app: Flask, registration_database: Database) -> None:
    person_called(registration_database, "Ada")
    link = link_for(app, registration_database, "ada@example.org")
    assert visitor(app).get(link[:-9] + ("A" if link[-9] != "A" else "B") + link[-8:]).status_code == 410
    other = mailed_path(app, PROOF, UUID(int=1)).rpartition("/")[2]
    assert visitor(app).get(f"/sign-in/{other}").status_code == 410


def test_fifty_clicks_at_once_open_exactly_one_session(app: Flask, registration_database: Database) -> None:
    person_called(registration_database, "Ada")
    link = link_for(app, registration_database, "ada@example.org")
    browsers = [visitor(app) for _ in range(50)]
    tokens = [form_token(browser.get(link).text) for browser in browsers]
    start = Barrier(50)

    def click(number: int) -> int:
        start.wait()
        return browsers[number].post(link, data={"csrf_token": tokens[number]}).status_code

    with ThreadPoolExecutor(50) as pool:
        answers = sorted(pool.map(click, range(50)))
    assert answers == [303] + [410] * 49
    with registration_database.reading() as session:
        assert session.scalar(select(func.count()).select_from(SessionRow)) == 1


def test_the_answer_does_not_tell_who_has_an_account(app: Flask, registration_database: Database) -> None:
    person_called(registration_database, "Ada")
    assert ask(visitor(app), "ada@example.org") == ask(visitor(app), "stranger@example.org") == (303, "/sign-in/sent")


def test_only_a_known_address_gets_mail(app: Flask, registration_database: Database) -> None:
    ada = person_called(registration_database, "Ada")
    ask(visitor(app), "ada@example.org")
    ask(visitor(app), "stranger@example.org")
    with registration_database.reading() as session:
        facts = session.execute(select(FactRow.name, FactRow.person_id).order_by(FactRow.name)).all()
        entries = session.scalar(select(func.count()).select_from(Entry))
    assert [tuple(fact) for fact in facts] == [("SignInLinkRequested", ada), ("StrangerAskedForLink", None)]
    assert entries == 1


def test_a_link_for_nobody_opens_nothing(app: Flask, registration_database: Database) -> None:
    assert visitor(app).get(link_for(app, registration_database, "stranger@example.org")).status_code == 410


def test_a_link_opened_in_another_browser_says_so(app: Flask, registration_database: Database) -> None:
    person_called(registration_database, "Ada")
    browser = visitor(app)
    ask(browser, "ada@example.org")
    with registration_database.reading() as session:
        link_id = session.scalars(select(SignInLink.id)).one()
    link = mailed_path(app, SIGN_IN, link_id)
    assert "another browser" not in browser.get(link).text
    assert "another browser" in visitor(app).get(link).text


def test_signing_in_gives_a_new_cookie(app: Flask, registration_database: Database) -> None:
    person_called(registration_database, "Ada")
    browser = visitor(app)
    link = link_for(app, registration_database, "ada@example.org")
    token = form_token(browser.get(link).text)
    before = browser.get_cookie("academy", "academy.test")
    browser.post(link, data={"csrf_token": token})
    after = browser.get_cookie("academy", "academy.test")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    assert browser.post("/sign-out", data={"csrf_token": token}).status_code == 403  # the old page's token died too


def test_signing_out_ends_the_session_everywhere(app: Flask, registration_database: Database) -> None:
    person_called(registration_database, "Ada")
    browser = visitor(app)
    press(browser, link_for(app, registration_database, "ada@example.org"))
    stolen = browser.get_cookie("academy", "academy.test")
    assert stolen is not None
    token = form_token(browser.get("/sign-in/sent").text)
    assert browser.post("/sign-out", data={"csrf_token": token}).status_code == 303
    thief = visitor(app)
    thief.set_cookie("academy", stolen.value, domain="academy.test")
    assert thief.get("/me").status_code == 303


def test_mails_to_one_address_are_limited_and_known_and_unknown_alike(
    app: Flask, registration_database: Database
) -> None:
    person_called(registration_database, "Ada")
    for email in ("ada@example.org", "stranger@example.org"):
        answers = [ask(visitor(app), email)[0] for _ in range(6)]
        assert answers == [303] * 5 + [429]


def test_a_mistyped_address_is_kept_and_explained(app: Flask) -> None:
    browser = visitor(app)
    token = form_token(browser.get("/sign-in").text)
    answer = browser.post("/sign-in", data={"email": "ada at example", "csrf_token": token})
    assert answer.status_code == 422
    assert "ada at example" in answer.text
