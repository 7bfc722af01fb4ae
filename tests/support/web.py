"""An application for the tests, and visitors of every kind."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from flask.testing import FlaskClient
from pydantic import SecretStr

from shared.clock import now
from shared.people.actions.sessions import open_session
from shared.schema.base import new_id
from shared.schema.people.persons import Person, Role
from shared.settings import Settings
from shared.web.door.app import create_app

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from flask import Blueprint, Flask

    from shared.database import Database

HOST = "academy.test"
NOBODY = "redis://127.0.0.1:1/0"
"""A port where no Redis listens."""


def settings(**changes: Any) -> Settings:
    """Return settings for an application at http://academy.test."""
    values: dict[str, Any] = {
        "environment": "test",
        "secret_key": SecretStr("a secret that is only good for tests"),
        "public_url": f"http://{HOST}",
        "database_url": SecretStr("postgresql://nobody@127.0.0.1:1/none"),
        "redis_url": NOBODY,
        "store_url": "file:///nowhere",
        "api_calls_per_minute": 1_000_000,
        "recall_seconds": 0,
    }
    return Settings(**{**values, **changes})


def app_of(*blueprints: Blueprint, database: Database, service: str = "registration", **changes: Any) -> Flask:
    """Return an application of ``blueprints``."""
    return create_app(settings(**changes), service=service, database=database, blueprints=blueprints)


class Browser(FlaskClient):
    """Asks for pages at the application's public address."""

    @property
    def address(self) -> str:
        """The address that people use."""
        return str(self.application.extensions["academy"].settings.public_url)

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Ask for a page."""
        kwargs.setdefault("base_url", self.address)
        return super().open(*args, **kwargs)


def visitor(app: Flask) -> Browser:
    """Return a browser that has never been here."""
    app.test_client_class = Browser
    client = app.test_client()
    assert isinstance(client, Browser)
    return client


def person_called(
    database: Database, name: str, *, roles: Iterable[str | tuple[str, UUID]] = (), locale: str = "en"
) -> UUID:
    """Write a person with roles; a plain name is a role in all editions."""
    with database.transaction() as session:
        person = Person(
            id=new_id(), email=f"{name.lower()}@example.org", name=name, locale=locale, email_proved_at=now()
        )
        session.add(person)
        session.flush()  # roles point to the person
        for role in roles:
            role_name, edition_id = (role, None) if isinstance(role, str) else role
            session.add(Role(id=new_id(), person_id=person.id, name=role_name, edition_id=edition_id))
        return person.id


def signed_in_as(app: Flask, database: Database, person_id: UUID, *, means: Any = "link") -> Browser:
    """Return the browser of a person with an open session; ``database`` logs in as registration or owner."""
    with database.transaction() as session:
        secret = open_session(session, person_id=person_id, means=means, now=now())
    client = visitor(app)
    with client.session_transaction(base_url=client.address) as cookie:
        cookie["s"] = secret
        cookie.permanent = True
    return client


def form_token(page: str) -> str:
    """Return the form secret that ``page`` carries."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, "the page has no form"
    return found[1]


def press(browser: Browser, path: str, **fields: object) -> Any:
    """Send a form as browsers do: with the origin of the page that it stood on."""
    return browser.post(path, data=fields, headers={"Origin": browser.address})


def press_at_desk(browser: Browser, path: str, **fields: object) -> Any:
    """Send a form that stood on a page of registration's desk."""
    return press(browser, path, csrf_token=form_token(browser.get("/desk").text), **fields)
