"""Staff make tokens with both factors, see them once, and lose them with every change of a factor."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyotp
import pytest
from sqlalchemy import select

from shared.clock import now
from shared.deeds import Deed
from shared.people.actions.staff import bind_authenticator, create_staff_member, set_passphrase
from shared.people.routes.desk import tokens
from shared.schema.people.credentials import ApiToken
from shared.vault import vault_of
from tests.service.shared.test_web_api import ask, counting_api, token_of
from tests.support.web import app_of, form_token, person_called, signed_in_as

if TYPE_CHECKING:
    from uuid import UUID

    from flask import Flask

    from shared.database import Database

PASSPHRASE = "seven quiet rivers of Montreal"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def app(registration_database: Database) -> Flask:
    return app_of(counting_api(), tokens.blueprint, database=registration_database)


def member_of_staff(app: Flask, database: Database) -> UUID:
    with database.transaction() as session:
        return create_staff_member(
            session,
            email="olga@example.org",
            name="Olga",
            passphrase=PASSPHRASE,
            one_time_secret=SECRET,
            roles=[("organiser", None)],
            vault=vault_of(app.secret_key),
            now=now(),
        )


def test_staff_make_a_token_see_it_once_and_end_it(app: Flask, registration_database: Database) -> None:
    olga = member_of_staff(app, registration_database)
    browser = signed_in_as(app, registration_database, olga, means="staff")
    page = browser.get("/desk/tokens").text
    form = {"csrf_token": form_token(page), "name": "Export", "scopes": "applications:read", "days": "30"}
    form |= {"passphrase": PASSPHRASE, "code": pyotp.TOTP(SECRET).now()}
    assert browser.post("/desk/tokens", data={**form, "days": "4000"}).status_code == 422
    assert browser.post("/desk/tokens", data={**form, "scopes": "everything"}).status_code == 422
    assert browser.post("/desk/tokens", data={**form, "passphrase": "a passphrase of somebody"}).status_code == 422
    refused = browser.post("/desk/tokens", data={**form, "code": "000000"})
    assert refused.status_code == 422
    assert 'value="Export"' in refused.text
    assert PASSPHRASE not in refused.text
    with registration_database.reading() as session:
        assert session.scalars(select(ApiToken.id)).all() == []
    made = re.search(r"academy_[\w-]{43}", browser.post("/desk/tokens", data=form).text)
    assert made
    assert made[0] not in browser.get("/desk/tokens").text
    with registration_database.reading() as session:
        token_id = session.scalars(select(ApiToken.id)).one()
    other = person_called(registration_database, "Paul", roles=["viewer"])
    stranger = signed_in_as(app, registration_database, other, means="staff")
    theirs = form_token(stranger.get("/desk/tokens").text)
    stranger.post(f"/desk/tokens/{token_id}/revoke", data={"csrf_token": theirs})
    assert ask(app, made[0]).status_code == 403  # still alive, though without editions:read
    browser.post(f"/desk/tokens/{token_id}/revoke", data={"csrf_token": form["csrf_token"]})
    assert ask(app, made[0]).status_code == 401


@pytest.mark.parametrize("factor", ["passphrase", "authenticator"])
def test_a_change_of_factor_ends_every_token(app: Flask, registration_database: Database, factor: str) -> None:
    olga = member_of_staff(app, registration_database)
    token = token_of(registration_database, olga, "editions:read")
    assert ask(app, token).status_code == 200
    with registration_database.transaction() as session:
        if factor == "passphrase":
            set_passphrase(session, passphrase="eleven slow trams of Lisbon", deed=Deed(olga, now()))
        else:
            bind_authenticator(session, secret=SECRET, step=0, vault=vault_of(app.secret_key), deed=Deed(olga, now()))
    assert ask(app, token).status_code == 401
