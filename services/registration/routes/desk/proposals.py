"""Proposing decisions, for one application or for many at once."""

from __future__ import annotations

from typing import Annotated, Final, Literal
from uuid import UUID

from flask import Blueprint, render_template, request
from pydantic import BaseModel, Field
from werkzeug.wrappers import Response

from services.registration.actions.decisions import (
    plan_proposals,
    propose_decision,
    propose_decisions,
    take_back_proposal,
)
from services.registration.queries.applications import countries_present, matching_ids
from services.registration.queries.editions import edition_at
from services.registration.queries.forms import application_form
from services.registration.routes.desk.applications import table_query, wish_of
from services.registration.rules.decisions import Outcome
from services.registration.views import wording
from services.registration.views.editions import present
from shared.clock import now
from shared.errors import Invalid
from shared.web.door.identity import my_deed
from shared.web.door.policy import staff
from shared.web.door.redirects import see_other
from shared.web.door.tools import tools
from shared.web.pages.flashes import flash_message
from shared.web.pages.forms import SEVERAL_LINES, read_form
from shared.web.pages.refusing import refused_at
from shared.words.languages import current_locale
from shared.words.sentences import _, _l, _n

blueprint = Blueprint("desk_proposals", __name__)
MOST_AT_ONCE: Final = 1000
_CHOOSE: Final = _l("Choose applications and a decision first")
_MESSAGES: Final = {"outcome": _CHOOSE, "ids": _CHOOSE}


class NothingChosen(Invalid):
    """A bulk act without rows."""

    title = _CHOOSE


class Proposal(BaseModel):
    """The form that proposes for one application; ``none`` takes the proposal back."""

    outcome: Outcome | Literal["none"]
    note: Annotated[str, Field(max_length=2000), SEVERAL_LINES] = ""


class ProposedToMany(BaseModel):
    """The form that proposes for the rows chosen in the table, or for all that it shows."""

    outcome: Outcome
    note: Annotated[str, Field(max_length=2000), SEVERAL_LINES] = ""
    ids: list[UUID] = []
    all: bool = False
    confirmed: bool = False


@blueprint.post("/desk/e/<edition_slug>/applications/propose")
@staff("organiser", "reviewer")
@refused_at("/desk/e/{edition_slug}/applications")
def propose_many(edition_slug: str) -> str | Response:
    """First show what a bulk proposal would do, then, confirmed, do it and say what was skipped."""
    given = read_form(ProposedToMany, request.form, messages=_MESSAGES)
    with tools().database.reading() as session:
        edition = edition_at(session, edition_slug)
        ids = given.ids[:MOST_AT_ONCE]
        if given.all:
            listed = application_form(session, edition.id).form.listed
            query = table_query(request.args, edition, countries_present(session, edition_id=edition.id), listed)
            ids = matching_ids(session, edition_id=edition.id, wish=wish_of(query, listed), limit=MOST_AT_ONCE)
        if not ids:
            raise NothingChosen
        if not given.confirmed:
            plan = plan_proposals(session, edition_id=edition.id, application_ids=ids, outcome=given.outcome)
            shown = present(edition, language=current_locale(), now=now())
            return render_template("registration/desk/propose.html", edition=shown, plan=plan, ids=ids, wording=wording)
    with tools().database.transaction() as session:
        done = propose_decisions(
            session,
            edition_id=edition.id,
            application_ids=ids,
            outcome=given.outcome,
            note=given.note,
            deed=my_deed(),
        )
    flash_message(_n("%(num)s decision is proposed.", "%(num)s decisions are proposed.", len(done.taken)))
    if done.skipped:
        flash_message(
            _n("%(num)s application was skipped.", "%(num)s applications were skipped.", len(done.skipped)), "warning"
        )
    return see_other(f"/desk/e/{edition_slug}/decisions")


@blueprint.post("/desk/e/<edition_slug>/applications/<uuid:application_id>/propose")
@staff("organiser", "reviewer")
@refused_at("/desk/e/{edition_slug}/applications/{application_id}")
def propose_one(edition_slug: str, application_id: UUID) -> Response:
    """Propose a decision for one application, or take the proposal back."""
    given = read_form(Proposal, request.form, messages=_MESSAGES)
    with tools().database.transaction() as session:
        edition = edition_at(session, edition_slug)
        if given.outcome == "none":
            take_back_proposal(session, edition_id=edition.id, application_id=application_id, deed=my_deed())
            told = _("The proposal is taken back.")
        else:
            propose_decision(
                session,
                edition_id=edition.id,
                application_id=application_id,
                outcome=given.outcome,
                note=given.note,
                deed=my_deed(),
            )
            told = _("The decision is proposed. Nobody is told before it is released.")
    flash_message(told)
    return see_other(f"/desk/e/{edition_slug}/applications/{application_id}")
