"""Participants sign in by a mailed link; everybody signs out here."""

from __future__ import annotations

from typing import Annotated, Final

from flask import Blueprint, make_response, render_template, request, session
from pydantic import AfterValidator, BaseModel, StringConstraints
from werkzeug.wrappers import Response

from shared.clock import now
from shared.links import SIGN_IN
from shared.people.actions.entries import entry_before, remember_entry
from shared.people.actions.sessions import end_session, open_session
from shared.people.actions.sign_in import redeem_sign_in_link, request_sign_in_link
from shared.people.errors import LinkSpent
from shared.people.queries.sign_in import link_as_seen_by
from shared.people.rules.emails import is_email, normal_email
from shared.secrets import hash_of, new_secret
from shared.web.door.csrf import form_secret
from shared.web.door.identity import signed_in
from shared.web.door.limits import by_caller, by_field, limited
from shared.web.door.policy import participant, public
from shared.web.door.redirects import own_path, see_other
from shared.web.door.sessions import forget_session, remember_session
from shared.web.door.tools import tools
from shared.web.pages.flashes import flash_message
from shared.web.pages.forms import bind, fill
from shared.words.sentences import _, _l

blueprint = Blueprint("sign_in", __name__)

_BROWSER: Final = "b"
_NEXT: Final = "n"


def _an_address(text: str) -> str:
    address = normal_email(text)
    if not is_email(address):
        raise ValueError
    return address


Address = Annotated[str, StringConstraints(max_length=254), AfterValidator(_an_address)]
"""An e-mail address as it is typed into a form; read as it is kept."""


class AskForLink(BaseModel):
    """The form on /sign-in."""

    email: Address


@blueprint.get("/sign-in")
@public
def ask() -> Response | str:
    """Show the form that asks for a link."""
    if signed_in():
        return see_other(own_path(request.args.get("next"), otherwise="/me"))
    if "next" in request.args:
        session[_NEXT] = own_path(request.args["next"], otherwise="/me")
    return render_template("people/sign_in/ask.html", form=fill({"email": ""}), nav="sign-in")


@blueprint.post("/sign-in")
@public
@limited("60 per hour", by=by_caller)
@limited("5 per 15 minutes", by=by_field("email", reading=normal_email))
def send() -> Response | str | tuple[str, int]:
    """Have a link mailed, if somebody has the address; the answer never tells."""
    bound = bind(AskForLink, request.form, messages={"email": _l("Write an e-mail address, such as name@example.org")})
    if bound.model is None:
        return render_template("people/sign_in/ask.html", form=bound.form), 422
    browser_hash = browser_to_be_known()
    with tools().database.transaction() as work:
        request_sign_in_link(work, email=bound.model.email, browser_hash=browser_hash, now=now())
    return see_other("/sign-in/sent")


@blueprint.get("/sign-in/sent")
@public
def sent() -> str:
    """Say where to look, whether or not a mail is on its way."""
    return render_template("people/sign_in/sent.html", minutes=int(SIGN_IN.lasts.total_seconds()) // 60)


@blueprint.get(SIGN_IN.rule)
@public
def confirm(token: str) -> Response:
    """Show the button that signs in. Opening the page does nothing: mail scanners open every link."""
    link_id = tools().signer.unsign(SIGN_IN, token)
    with tools().database.reading() as reading:
        link = link_as_seen_by(reading, link_id=link_id, browser_hash=_browser_hash(), now=now())
    if link is None:
        return _spent()
    return make_response(render_template("people/sign_in/confirm.html", token=token, link=link))


@blueprint.post(SIGN_IN.rule)
@public
@limited("60 per hour", by=by_caller)
def enter(token: str) -> Response:
    """Use the link up and open a session; of any number of clicks one does."""
    link_id = tools().signer.unsign(SIGN_IN, token)
    if link_id is None:
        return _spent()
    leads_to = own_path(session.get(_NEXT), otherwise="/me")
    moment = now()
    try:
        with tools().database.transaction() as work:
            person_id = redeem_sign_in_link(work, link_id=link_id, now=moment)
            remember_entry(work, what=f"sign-in {link_id}", form=form_secret(), person_id=person_id)
            secret = open_session(work, person_id=person_id, means="link", now=moment)
    except LinkSpent:
        with tools().database.transaction() as work:
            person_id_before = entry_before(work, what=f"sign-in {link_id}", form=form_secret(), now=moment)
            if person_id_before is None:
                return _spent()
            secret = open_session(work, person_id=person_id_before, means="link", now=moment)
    remember_session(secret)
    return see_other(leads_to)


@blueprint.post("/sign-out")
@public
def sign_out() -> Response:
    """End the session, here and in every service."""
    person = signed_in()
    if person is not None:
        with tools().database.transaction() as work:
            end_session(work, token_hash=person.session_hash, now=now())
    forget_session()
    flash_message(_("You are signed out"))
    return see_other("/")


@blueprint.get("/session/seen")
@participant
def seen() -> Response:
    """Lead back to the other service's page; on the way in, the door has noted that the session is in use."""
    return see_other(own_path(request.args.get("next"), otherwise="/me"))


def _spent() -> Response:
    page = render_template("people/sign_in/spent.html", form=fill({"email": ""}))
    return make_response(page, 410)


def browser_to_be_known() -> str:
    """Return the hash by which this browser will be known as the one that asked for a link."""
    browser = session.get(_BROWSER)
    if not isinstance(browser, str):
        browser = session[_BROWSER] = new_secret()
    return hash_of(browser)


def _browser_hash() -> str:
    browser = session.get(_BROWSER)
    return hash_of(browser) if isinstance(browser, str) else ""
