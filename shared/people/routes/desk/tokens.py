"""Where staff make tokens for the API. A token can do what its scopes say, for as long as its owner may."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Final
from uuid import UUID

from flask import Blueprint, render_template, request
from pydantic import AfterValidator, BaseModel, Field, StringConstraints
from werkzeug.wrappers import Response

from shared.clock import now
from shared.deeds import Deed
from shared.people.actions.staff_sign_in import require_second_factor
from shared.people.actions.tokens import make_api_token, revoke_api_token
from shared.people.errors import CodeRefused
from shared.people.queries.tokens import live_tokens
from shared.people.routes.half_way import vault
from shared.web.door.identity import current_person, my_deed
from shared.web.door.limits import by_caller, limited
from shared.web.door.policy import ROLES, staff
from shared.web.door.redirects import see_other
from shared.web.door.scopes import SCOPES
from shared.web.door.tools import tools
from shared.web.pages.flashes import flash_message
from shared.web.pages.forms import Form, bind, fill
from shared.web.pages.navigation import TOKENS
from shared.web.pages.refusing import refused_at
from shared.words.sentences import _, _l, _n

blueprint = Blueprint("tokens", __name__)

LIFETIMES: Final = (30, 90, 365)
"""Days."""


def _known(scopes: list[str]) -> list[str]:
    if not set(scopes) <= set(SCOPES):
        raise ValueError
    return scopes


def _offered(days: int) -> int:
    if days not in LIFETIMES:
        raise ValueError
    return days


class TokenWanted(BaseModel):
    """The form on /desk/tokens."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
    scopes: Annotated[list[str], Field(min_length=1), AfterValidator(_known)]
    days: Annotated[int, AfterValidator(_offered)]
    passphrase: str = ""
    code: str = ""


@blueprint.get(TOKENS.rule)
@TOKENS.opens
def mine() -> str:
    """List my tokens, and offer a new one."""
    return _page(fill({"days": "90"}))


@blueprint.post("/desk/tokens")
@staff(*ROLES, anywhere=True)
@limited("10 per 15 minutes", by=by_caller)
def make() -> str | tuple[str, int]:
    """Make a token and show it, this once. Both factors are asked for: a token outlives the session that made it."""
    messages = {
        "name": _l("Say what the token is for"),
        "scopes": _l("Choose at least one right"),
        "days": _l("Choose how long it lasts"),
    }
    bound = bind(TokenWanted, request.form, messages=messages)
    if bound.model is None:
        return _page(bound.form), 422
    given, moment, person_id = bound.model, now(), current_person().person_id
    try:
        with tools().database.transaction() as work:
            require_second_factor(
                work, person_id=person_id, passphrase=given.passphrase, code=given.code, vault=vault(), now=moment
            )
            secret = make_api_token(
                work,
                name=given.name,
                scopes=given.scopes,
                lasts=timedelta(days=given.days),
                deed=Deed(person_id, moment),
            )
    except CodeRefused as refusal:
        kept = {name: value for name, value in bound.form.values.items() if name not in {"passphrase", "code"}}
        return _page(Form(kept, {"passphrase": refusal.title})), 422
    return _page(fill({"days": "90"}), secret=secret)


@blueprint.post("/desk/tokens/<uuid:token_id>/revoke")
@staff(*ROLES, anywhere=True)
@refused_at("/desk/tokens")
def revoke(token_id: UUID) -> Response:
    """End one of my tokens."""
    with tools().database.transaction() as work:
        revoke_api_token(work, token_id=token_id, deed=my_deed())
    flash_message(_("The token has ended"))
    return see_other("/desk/tokens")


def _page(form: Form, *, secret: str = "") -> str:
    person = current_person()
    with tools().database.reading() as reading:
        tokens = live_tokens(reading, person_id=person.person_id, now=now())
        return render_template(
            "people/tokens/mine.html",
            tokens=tokens,
            secret=secret,
            form=form,
            scopes=[(key, scope.label) for key, scope in SCOPES.items() if person.holds(*scope.roles)],
            labels={key: scope.label for key, scope in SCOPES.items()},
            lifetimes=[(str(days), _n("%(num)s day", "%(num)s days", days)) for days in LIFETIMES],
        )
