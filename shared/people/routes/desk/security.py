"""Staff change what proves who they are, both factors asked for first, and see where they are signed in."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from pydantic import BaseModel
from werkzeug.wrappers import Response

from shared.clock import now
from shared.deeds import Deed
from shared.errors import Refusal
from shared.people.actions.sessions import end_session_named, end_sessions_of
from shared.people.actions.staff import set_passphrase
from shared.people.actions.staff_sign_in import require_second_factor
from shared.people.errors import CodeRefused, PassphraseRefused
from shared.people.queries.sessions import open_sessions
from shared.people.routes.half_way import Half, vault
from shared.people.rules.staff import SHORTEST, new_one_time_secret
from shared.web.door.identity import current_person
from shared.web.door.limits import by_caller, limited
from shared.web.door.policy import ROLES, staff
from shared.web.door.redirects import see_other
from shared.web.door.tools import tools
from shared.web.pages.flashes import flash_message
from shared.web.pages.forms import Form, bind, fill
from shared.web.pages.refusing import refused_at
from shared.words.sentences import _

blueprint = Blueprint("staff_security", __name__)


class ChangedPassphrase(BaseModel):
    """The form on /staff/security that changes the passphrase."""

    passphrase: str = ""
    passphrase_now: str = ""
    code: str = ""


@blueprint.get("/staff/security")
@staff(*ROLES, anywhere=True)
def security() -> str:
    """Show how to change passphrase and authenticator."""
    return _page(fill())


@blueprint.post("/staff/security/sessions")
@staff(*ROLES, anywhere=True)
@refused_at("/staff/security")
def end_sessions() -> Response:
    """End one of my sessions, or all but this one."""
    person, name = current_person(), request.form.get("session", "")
    with tools().database.transaction() as work:
        if name:
            end_session_named(work, name=name, deed=Deed(person.person_id, now()))
        else:
            end_sessions_of(work, person_id=person.person_id, now=now(), keep=person.session_hash)
    flash_message(_("That browser is signed out.") if name else _("You are signed out everywhere else."))
    return see_other("/staff/security")


@blueprint.post("/staff/security/passphrase")
@staff(*ROLES, anywhere=True)
@limited("10 per 15 minutes", by=by_caller)
@refused_at("/staff/security")
def change_passphrase() -> Response | tuple[str, int]:
    """Change the passphrase and end the other sessions."""
    person = current_person()
    bound = bind(ChangedPassphrase, request.form)
    given = bound.model or ChangedPassphrase()
    try:
        with tools().database.transaction() as work:
            moment = now()
            require_second_factor(
                work,
                person_id=person.person_id,
                passphrase=given.passphrase_now,
                code=given.code,
                vault=vault(),
                now=moment,
            )
            set_passphrase(
                work, passphrase=given.passphrase, keep_session=person.session_hash, deed=Deed(person.person_id, moment)
            )
    except (CodeRefused, PassphraseRefused) as refusal:
        return _security_page(refusal, field="passphrase_now")
    flash_message(_("Your passphrase is changed. You are signed out everywhere else."))
    return see_other("/staff/security")


@blueprint.post("/staff/security/authenticator")
@staff(*ROLES, anywhere=True)
@limited("10 per 15 minutes", by=by_caller)
@refused_at("/staff/security")
def change_authenticator() -> Response | tuple[str, int]:
    """Start the set-up of another authenticator, after both factors were shown once more."""
    person = current_person()
    try:
        with tools().database.transaction() as work:
            require_second_factor(
                work,
                person_id=person.person_id,
                passphrase=request.form.get("passphrase_factor", ""),
                code=request.form.get("code_factor", ""),
                vault=vault(),
                now=now(),
            )
    except CodeRefused as refusal:
        return _security_page(refusal, field="passphrase_factor")
    Half(person.person_id, new_one_time_secret(), "/staff/security").keep()
    return see_other("/staff/enrol")


def _security_page(refusal: Refusal, *, field: str) -> tuple[str, int]:
    return _page(Form({}, refusal.errors or {field: refusal.title})), 422


def _page(form: Form) -> str:
    person = current_person()
    with tools().database.reading() as reading:
        browsers = open_sessions(reading, person_id=person.person_id, here=person.session_hash, now=now())
    return render_template(
        "people/staff/security.html",
        form=form,
        shortest=SHORTEST,
        browsers=browsers,
    )
