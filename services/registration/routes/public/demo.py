"""The demo's welcome: one button for each role, no passphrase. Where real people are, these routes do not exist."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, request
from werkzeug.wrappers import Response

from services.registration.queries.people import first_of_staff, newest_participant
from shared.clock import now
from shared.errors import Forbidden, NotFound
from shared.people.actions.sessions import open_session
from shared.web.door.limits import by_caller, limited
from shared.web.door.policy import ROLES, public
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
    is_staff = wanted in ROLES
    with tools().database.transaction() as session:
        person_id = None
        if is_staff:
            person_id = first_of_staff(session, role=wanted)
        elif wanted == PARTICIPANT:
            person_id = newest_participant(session)
        if person_id is None:
            raise NotFound
        secret = open_session(session, person_id=person_id, means="staff" if is_staff else "link", now=now())
    remember_session(secret)
    return see_other("/desk" if is_staff else "/me")
