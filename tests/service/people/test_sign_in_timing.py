"""The clock does not tell who has an account either."""

from __future__ import annotations

from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

import pytest

from shared.clock import now
from shared.people.actions.staff import create_staff_member
from shared.people.routes.public import sign_in, staff_sign_in as staff
from shared.vault import vault_of
from tests.support.web import app_of, form_token, person_called, visitor

if TYPE_CHECKING:
    from flask import Flask

    from shared.database import Database
    from tests.support.web import Browser

pytestmark = pytest.mark.slow

PEOPLE = 60
BAR = 0.25
"""The part of the shorter median by which the other may be longer. A busy machine slows both, for they take turns."""


@pytest.fixture
def app(registration_database: Database) -> Flask:
    return app_of(sign_in.blueprint, staff.blueprint, database=registration_database)


def seconds_to(browser: Browser, path: str, form: dict[str, str]) -> float:
    began = perf_counter()
    assert browser.post(path, data=form).status_code in {303, 422}
    return perf_counter() - began


def assert_alike(took: dict[str, list[float]]) -> None:
    quick, slow = sorted(median(times) for times in took.values())
    assert slow - quick < BAR * quick


@pytest.fixture(autouse=True)
def _callers_from_everywhere(app: Flask) -> None:
    """The limit by address of the caller is for other tests."""
    plain = app.wsgi_app
    count = iter(range(10_000))

    def elsewhere(environ, start_response):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        environ["HTTP_X_FORWARDED_FOR"] = f"198.18.{next(count) % 250}.{next(count) % 250}"
        return plain(environ, start_response)

    app.wsgi_app = elsewhere  # type: ignore[method-assign]


def test_asking_for_a_link_takes_as_long_for_strangers(app: Flask, registration_database: Database) -> None:
    for number in range(PEOPLE):
        person_called(registration_database, f"known{number}")
    browser = visitor(app)
    token = form_token(browser.get("/sign-in").text)
    took: dict[str, list[float]] = {"known": [], "stranger": []}
    for number in range(PEOPLE):
        for kind, times in took.items():
            form = {"csrf_token": token, "email": f"{kind}{number}@example.org"}
            times.append(seconds_to(browser, "/sign-in", form))
    assert_alike(took)


def test_a_wrong_passphrase_takes_as_long_for_strangers(app: Flask, registration_database: Database) -> None:
    vault = vault_of(str(app.secret_key))
    with registration_database.transaction() as session:
        create_staff_member(
            session,
            email="known@example.org",
            name="Known",
            passphrase="seven quiet rivers of Montreal",
            one_time_secret="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
            roles=[("organiser", None)],
            vault=vault,
            now=now(),
        )
    browser = visitor(app)
    token = form_token(browser.get("/staff/sign-in").text)
    took: dict[str, list[float]] = {"known": [], "stranger": []}
    for _ in range(9):
        for kind, times in took.items():
            form = {"csrf_token": token, "email": f"{kind}@example.org", "passphrase": "a wrong one, quite long"}
            times.append(seconds_to(browser, "/staff/sign-in", form))
    assert_alike(took)
