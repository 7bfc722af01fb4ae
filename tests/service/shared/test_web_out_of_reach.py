from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint
from sqlalchemy import text

from shared.database import Database
from shared.web.door.policy import public
from shared.web.door.tools import tools
from tests.support.web import Browser, app_of

if TYPE_CHECKING:
    from collections.abc import Callable

looking = Blueprint("looking", __name__)


@looking.get("/look")
@public
def look() -> str:
    with tools().database.reading() as session:
        return str(session.scalar(text("SELECT pg_backend_pid()")))


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
