"""Staff come in by passphrase and one-time code, set both up, and change them."""

from __future__ import annotations

import segno
from flask import Blueprint, make_response, render_template, request, session
from markupsafe import Markup
from pydantic import BaseModel
from werkzeug.wrappers import Response

from shared.clock import now
from shared.deeds import Deed
from shared.links import STAFF_INVITATION
from shared.people.actions.sessions import open_session, tell_new_browser
from shared.people.actions.staff import (
    bind_authenticator,
    enrol_first_authenticator,
    take_up_invitation,
)
from shared.people.actions.staff_sign_in import prove_staff
from shared.people.errors import (
    InvitationSpent,
    PassphraseRefused,
    SignInRefused,
)
from shared.people.queries.sign_in import open_invitation
from shared.people.queries.staff import email_of
from shared.people.routes.half_way import Half, vault
from shared.people.rules.emails import normal_email
from shared.people.rules.staff import (
    SHORTEST,
    enrolment_address,
    new_one_time_secret,
    plain_code,
    step_of,
)
from shared.web.door.identity import signed_in
from shared.web.door.known_browsers import by_known_browser, is_known_to, make_known_to
from shared.web.door.limits import LONGEST_KEY, by_both, by_caller, limited
from shared.web.door.policy import public
from shared.web.door.redirects import own_path, see_other
from shared.web.door.sessions import remember_session
from shared.web.door.tools import tools
from shared.web.pages.forms import Form, fill
from shared.words.languages import current_locale
from shared.words.sentences import _l

blueprint = Blueprint("staff", __name__)


class SignIn(BaseModel):
    """The form on /staff/sign-in."""

    email: str = ""
    passphrase: str = ""
    code: str = ""


def _account() -> str:
    return normal_email(request.form.get("email", "")[:LONGEST_KEY])


@blueprint.get("/staff/sign-in")
@public
def sign_in() -> Response | str:
    """Ask for address, passphrase and code on one page."""
    person = signed_in()
    leads_to = own_path(request.args.get("next"), otherwise="/desk")
    if person is not None and person.means == "staff":
        return see_other(leads_to)
    return render_template("people/staff/sign_in.html", form=fill({"next": leads_to}))


@blueprint.post("/staff/sign-in")
@public
@limited("60 per hour", by=by_caller)
@limited("10 per 15 minutes", by=by_both(by_caller, by_known_browser(_account)))
@limited("50 per hour", by=by_known_browser(_account))
def enter() -> Response | tuple[str, int]:
    """Open a staff session, or say only that the three do not belong together."""
    leads_to = own_path(request.form.get("next"), otherwise="/desk")
    given = SignIn(**{name: request.form.get(name, "") for name in SignIn.model_fields})
    try:
        with tools().database.transaction() as work:
            moment = now()
            who = prove_staff(
                work, email=given.email, passphrase=given.passphrase, code=given.code, vault=vault(), now=moment
            )
            if not who.must_enrol:
                secret = open_session(work, person_id=who.person_id, means="staff", now=moment)
                if not is_known_to(_account()):
                    tell_new_browser(work, person_id=who.person_id, now=moment)
    except SignInRefused as refusal:
        form = Form({"email": given.email, "next": leads_to}, {"email": refusal.title})
        return render_template("people/staff/sign_in.html", form=form), 422
    if who.must_enrol:
        session.clear()
        Half(who.person_id, new_one_time_secret(), leads_to).keep()
        return see_other("/staff/enrol")
    remember_session(secret)
    answer = see_other(leads_to)
    make_known_to(_account(), answer)
    return answer


@blueprint.get(STAFF_INVITATION.rule)
@public
def invitation(token: str) -> Response:
    """Show the form that chooses a passphrase."""
    return _invitation_page(token, fill())


@blueprint.post(STAFF_INVITATION.rule)
@public
@limited("60 per hour", by=by_caller)
def take_up(token: str) -> Response:
    """Choose the passphrase; the authenticator comes next."""
    invitation_id = tools().signer.unsign(STAFF_INVITATION, token)
    if invitation_id is None:
        return _invitation_page(token, fill())
    try:
        with tools().database.transaction() as work:
            person_id = take_up_invitation(
                work,
                invitation_id=invitation_id,
                passphrase=request.form.get("passphrase", ""),
                locale=current_locale(),
                now=now(),
            )
    except PassphraseRefused as refusal:
        return _invitation_page(token, Form({}, refusal.errors))
    except InvitationSpent:
        return _invitation_page(token, fill())
    session.clear()
    Half(person_id, new_one_time_secret(), "/desk").keep()
    return see_other("/staff/enrol")


def _invitation_page(token: str, form: Form) -> Response:
    invitation_id = tools().signer.unsign(STAFF_INVITATION, token)
    with tools().database.reading() as reading:
        found = open_invitation(reading, invitation_id=invitation_id, now=now())
    page = render_template("people/staff/invitation.html", token=token, invitation=found, form=form, shortest=SHORTEST)
    return make_response(page, 410 if found is None else 422 if form.errors else 200)


@blueprint.get("/staff/enrol")
@public
def enrol() -> Response:
    """Show the QR picture that sets up an authenticator."""
    half = Half.found()
    return see_other("/staff/sign-in") if half is None else _enrolment_page(half, fill())


@blueprint.post("/staff/enrol")
@public
@limited("60 per hour", by=by_caller)
def confirm_enrolment() -> Response:
    """Bind the authenticator once it shows a right code, open the session, show the recovery codes once."""
    half = Half.found()
    if half is None:
        return see_other("/staff/sign-in")
    moment = now()
    step = step_of(plain_code(request.form.get("code", "")), secret=half.secret, now=moment, last_step=0)
    if step is None:
        return _enrolment_page(half, Form({}, {"code": _l("This code does not fit. Codes change every 30 seconds")}))
    with tools().database.transaction() as work:
        person = signed_in()
        again = person is not None and person.means == "staff" and person.person_id == half.person_id
        bind_it = bind_authenticator if again else enrol_first_authenticator
        codes = bind_it(work, secret=half.secret, step=step, vault=vault(), deed=Deed(half.person_id, moment))
        secret = open_session(work, person_id=half.person_id, means="staff", now=moment)
        account = normal_email(email_of(work, half.person_id))
    remember_session(secret)
    page = render_template("people/staff/recovery_codes.html", codes=codes, leads_to=half.leads_to)
    answer = make_response(page)
    make_known_to(account, answer)
    return answer


def _enrolment_page(half: Half, form: Form) -> Response:
    with tools().database.reading() as reading:
        address = enrolment_address(half.secret, email=email_of(reading, half.person_id))
    picture = segno.make(address, error="m").svg_inline(scale=5, dark="#000", light="#fff", border=3, omitsize=False)
    page = render_template(
        "people/staff/enrol.html",
        picture=Markup(picture),  # noqa: S704 - drawn by segno from an address of ours
        secret=half.secret,
        form=form,
    )
    return make_response(page, 422 if form.errors else 200)
