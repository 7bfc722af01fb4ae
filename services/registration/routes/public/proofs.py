"""The way back to an application whose mail was lost: asked for by the address, told to nobody but its mailbox."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from pydantic import BaseModel
from werkzeug.wrappers import Response

from services.registration.actions.second_drafts import ask_for_link_by_address
from services.registration.routes.public.editions import shown_edition
from shared.clock import now
from shared.people.routes.public.sign_in import Address, browser_to_be_known
from shared.people.rules.emails import normal_email
from shared.web.door.limits import by_caller, by_field, limited
from shared.web.door.policy import public
from shared.web.door.redirects import see_other
from shared.web.door.tools import tools
from shared.web.pages.forms import Form, bind, fill
from shared.words.sentences import _l

blueprint = Blueprint("proofs", __name__)


class AskAgain(BaseModel):
    """The form that asks for a link by the address."""

    email: Address


@blueprint.get("/e/<edition_slug>/apply/again")
@public
def ask(edition_slug: str) -> str:
    """Ask for the address that the form was filled in with."""
    return _page(edition_slug, fill({"email": ""}))


@blueprint.post("/e/<edition_slug>/apply/again")
@public
@limited("60 per hour", by=by_caller)
@limited("5 per hour", by=by_field("email", reading=normal_email))
def send(edition_slug: str) -> Response | tuple[str, int]:
    """Have a link mailed, if something waits at the address; the answer never tells."""
    edition = shown_edition(edition_slug)
    wrong = {"email": _l("Write an e-mail address, such as name@example.org")}
    bound = bind(AskAgain, request.form, messages=wrong)
    if bound.model is None:
        return _page(edition_slug, bound.form), 422
    with tools().database.transaction() as session:
        ask_for_link_by_address(
            session,
            edition_id=edition.id,
            email=bound.model.email,
            browser_hash=browser_to_be_known(),
            now=now(),
        )
    return see_other(f"/e/{edition.slug}/apply/again/sent")


@blueprint.get("/e/<edition_slug>/apply/again/sent")
@public
def sent(edition_slug: str) -> str:
    """Say where to look, whether or not a mail is on its way."""
    return render_template("registration/asked_again.html", edition=shown_edition(edition_slug))


def _page(edition_slug: str, form: Form) -> str:
    return render_template("registration/ask_again.html", edition=shown_edition(edition_slug), form=form)
