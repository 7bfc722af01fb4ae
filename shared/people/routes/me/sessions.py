"""Participants see where they are signed in, and end what is not theirs."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from shared.clock import now
from shared.people.actions.sessions import end_session_named, end_sessions_of
from shared.people.queries.sessions import open_sessions
from shared.web.door.identity import current_person, my_deed
from shared.web.door.policy import participant
from shared.web.door.redirects import see_other
from shared.web.door.tools import tools
from shared.web.pages.flashes import flash_message
from shared.web.pages.refusing import refused_at
from shared.words.sentences import _

blueprint = Blueprint("my_sessions", __name__)


@blueprint.get("/me/sessions")
@participant
def show_sessions() -> str:
    """Show the browsers in which the person is signed in."""
    person = current_person()
    with tools().database.reading() as reading:
        browsers = open_sessions(reading, person_id=person.person_id, here=person.session_hash, now=now())
    return render_template("people/me/sessions.html", browsers=browsers)


@blueprint.post("/me/sessions")
@participant
@refused_at("/me/sessions")
def end_sessions() -> Response:
    """End one of the person's sessions, or all but this one."""
    person, name = current_person(), request.form.get("session", "")
    with tools().database.transaction() as work:
        if name:
            end_session_named(work, name=name, deed=my_deed())
        else:
            end_sessions_of(work, person_id=person.person_id, now=now(), keep=person.session_hash)
    flash_message(_("That browser is signed out.") if name else _("You are signed out everywhere else."))
    return see_other("/me/sessions")
