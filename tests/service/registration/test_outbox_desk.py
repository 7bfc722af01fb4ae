"""The desk shows what waits and what was put aside, and tries it again."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from sqlalchemy import select, update

from services.registration.routes.desk import outbox as outbox_desk
from shared.facts.people import SignInLinkRequested
from shared.outbox import record
from shared.schema.outbox.entries import Entry
from tests.support.web import app_of, form_token, person_called, signed_in_as

if TYPE_CHECKING:
    from flask import Flask

    from shared.database import Database
    from tests.support.web import Browser


@pytest.fixture
def app(registration_database: Database) -> Flask:
    return app_of(outbox_desk.blueprint, database=registration_database)


@pytest.fixture
def olga(app: Flask, registration_database: Database) -> Browser:
    person = person_called(registration_database, "Olga", roles=["organiser"])
    return signed_in_as(app, registration_database, person, means="staff")


@pytest.fixture
def put_aside(registration_database: Database) -> list[UUID]:
    with registration_database.transaction() as session:
        for number in (1, 2):
            record(session, SignInLinkRequested(person_id=UUID(int=number), link_id=UUID(int=number)))
        session.execute(update(Entry).values(state="aside", attempts=5, last_error="builtins.ValueError"))
        return list(session.scalars(select(Entry.id)))


def states(database: Database) -> list[str]:
    with database.reading() as session:
        return sorted(session.scalars(select(Entry.state)))


def test_the_page_says_what_went_wrong_and_one_button_tries_again(
    olga: Browser, registration_database: Database, put_aside: list[UUID]
) -> None:
    page = olga.get("/desk/outbox")
    assert page.status_code == 200
    assert "builtins.ValueError" in page.text
    assert "SignInLinkRequested" in page.text
    token = form_token(page.text)
    assert olga.post(f"/desk/outbox/{put_aside[0]}/retry", data={"csrf_token": token}).status_code == 303
    assert states(registration_database) == ["aside", "waiting"]
    assert olga.post("/desk/outbox/retry", data={"csrf_token": token}).status_code == 303
    assert states(registration_database) == ["waiting", "waiting"]


def test_an_empty_outbox_says_so(olga: Browser) -> None:
    assert "Nothing was put aside" in olga.get("/desk/outbox").text


def test_an_organiser_of_one_edition_does_not_see_the_house(app: Flask, registration_database: Database) -> None:
    person = person_called(registration_database, "Emma", roles=[("organiser", UUID(int=1))])
    assert signed_in_as(app, registration_database, person, means="staff").get("/desk/outbox").status_code == 403
