from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template_string
from sqlalchemy import text

from shared.database import Database
from shared.web.door.policy import public
from shared.web.door.tools import tools
from tests.support.web import Browser, app_of, form_token, press

if TYPE_CHECKING:
    from collections.abc import Callable

looking = Blueprint("looking", __name__)


@looking.get("/look")
@public
def look() -> str:
    with tools().database.reading() as session:
        return str(session.scalar(text("SELECT pg_backend_pid()")))


@looking.post("/look")
@public
def keep() -> str:
    with tools().database.transaction() as session:
        return str(session.scalar(text("SELECT pg_backend_pid()")))


@looking.get("/write")
@public
def write() -> str:
    return render_template_string("<form>{{ csrf_field() }}</form>")


def browser_on(database: Database) -> Browser:
    app = app_of(looking, database=database)
    app.test_client_class = Browser
    client = app.test_client()
    assert isinstance(client, Browser)
    return client


def test_a_database_that_is_away_asks_for_patience() -> None:
    answer = browser_on(Database("postgresql://nobody@127.0.0.1:1/none")).get("/look")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "Try again in a few seconds." in answer.get_data(as_text=True)


def test_what_was_typed_while_the_database_is_away_can_be_sent_again() -> None:
    browser = browser_on(Database("postgresql://nobody@127.0.0.1:1/none"))
    token = form_token(browser.get("/write").text)
    answer = press(browser, "/look", csrf_token=token, why="A <long>\nreason.", passphrase="never", code="123456")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert 'action="/look"' in answer.text
    assert 'name="why" value="A &lt;long&gt;\nreason."' in answer.text
    assert "never" not in answer.text
    assert "123456" not in answer.text
    assert form_token(answer.text) != token


def test_connections_that_died_with_a_restart_cost_nobody_an_error_page(
    owner_database: Database, database_url_for: Callable[[str], str]
) -> None:
    database = Database(database_url_for("registration"))
    browser = browser_on(database)
    first = browser.get("/look").get_data(as_text=True)
    with owner_database.transaction() as session:
        session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": int(first)})
    second = browser.get("/look")
    database.dispose()
    assert second.status_code == 200
    assert second.get_data(as_text=True) != first
