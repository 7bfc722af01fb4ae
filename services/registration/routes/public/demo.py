"""The demo's welcome: one button for each role, no passphrase. Where real people are, these routes do not exist."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, request
from werkzeug.wrappers import Response

from services.registration.demo.staff import ACCOUNTS
from services.registration.queries.people import newest_participant
from shared.clock import now
from shared.errors import Forbidden, NotFound
from shared.people.actions.sessions import open_session
from shared.people.queries.people import person_at
from shared.web.door.limits import by_caller, limited
from shared.web.door.policy import public
from shared.web.door.redirects import see_other
from shared.web.door.sessions import remember_session
from shared.web.door.tools import tools
from shared.web.pages.refusing import refused_at

blueprint = Blueprint("demo", __name__)
PARTICIPANT: Final = "participant"


@blueprint.post("/demo/enter")
@public
@limited("600 per hour", by=by_caller)
@refused_at("/sign-in")
def enter() -> Response:
    """Come in as one of the demo's staff, or as somebody made up who has a place."""
    if tools().settings.environment == "production":
        raise Forbidden  # no such route is registered there; this is the second lock
    wanted = request.form.get("role", "")
    account = next((one for one in ACCOUNTS if one.role == wanted), None)
    with tools().database.transaction() as session:
        if account is not None:
            person_id = person_at(session, email=account.email)
        else:
            person_id = newest_participant(session) if wanted == PARTICIPANT else None
        if person_id is None:
            raise NotFound
        secret = open_session(session, person_id=person_id, means="staff" if account else "link", now=now())
    remember_session(secret)
    return see_other("/desk" if account else "/me")
