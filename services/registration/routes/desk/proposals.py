"""Proposing decisions, for one application or for many at once."""

from __future__ import annotations

from typing import Annotated, Final, Literal
from uuid import UUID

from flask import Blueprint, render_template, request
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from services.registration.actions.bulks import begin_bulk, undo_bulk
from services.registration.actions.decisions import propose_decision, take_back_proposal
from services.registration.queries.bulks import bulk_of, chosen, plan_bulk, skipped_names
from services.registration.queries.editions import edition_at
from services.registration.queries.forms import application_form
from services.registration.queries.lines import Wish, countries_present
from services.registration.routes.desk.applications import table_query, wish_of
from services.registration.rules.decisions import Outcome
from services.registration.views import wording
from services.registration.views.editions import present
from shared.clock import now
from shared.errors import Invalid
from shared.schema.base import new_id
from shared.schema.registration import Edition
from shared.web.door.identity import my_deed
from shared.web.door.policy import staff
from shared.web.door.redirects import see_other
from shared.web.door.tools import tools
from shared.web.pages.flashes import flash_message
from shared.web.pages.forms import SEVERAL_LINES, read_form
from shared.web.pages.refusing import refused_at
from shared.words.languages import current_locale
from shared.words.sentences import _, _l

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
    bulk: UUID | None = None
    """Made with the preview that is confirmed; so is ``seen``, how many it said would get the decision."""
    seen: Annotated[int, Field(ge=0)] | None = None


@blueprint.post("/desk/e/<edition_slug>/applications/propose")
@staff("organiser", "reviewer")
@refused_at("/desk/e/{edition_slug}/applications")
def propose_many(edition_slug: str) -> str | Response:
    """First show what a bulk proposal would do, then, confirmed, begin it: it has a page that tells how it goes on."""
    given = read_form(ProposedToMany, request.form, messages=_MESSAGES)
    with tools().database.reading() as session:
        edition = edition_at(session, edition_slug)
        wish = _wished(session, edition) if given.all else None
        among = chosen(edition.id, wish=wish, ids=given.ids[:MOST_AT_ONCE])
        if given.bulk is None or given.seen is None:
            plan = plan_bulk(session, among=among, outcome=given.outcome)
            if not plan.total:
                raise NothingChosen
            return render_template(
                "registration/desk/propose.html",
                edition=present(edition, language=current_locale(), now=now()),
                plan=plan,
                bulk=new_id(),
                ids=[] if given.all else given.ids[:MOST_AT_ONCE],
                all=given.all,
                wording=wording,
            )
    with tools().database.transaction() as session:
        begin_bulk(
            session,
            bulk_id=given.bulk,
            edition_id=edition.id,
            among=among,
            outcome=given.outcome,
            note=given.note,
            seen=given.seen,
            deed=my_deed(),
        )
    return see_other(f"/desk/e/{edition_slug}/proposals/{given.bulk}")


def _wished(session: Session, edition: Edition) -> Wish:
    listed = application_form(session, edition.id).form.listed
    countries = countries_present(session, edition_id=edition.id)
    return wish_of(table_query(request.args, edition, countries, listed), listed)


@blueprint.get("/desk/e/<edition_slug>/proposals/<uuid:bulk_id>")
@staff("organiser", "reviewer", "approver", "viewer")
def show_bulk(edition_slug: str, bulk_id: UUID) -> str:
    """Show how far a bulk proposal has come, what it skipped and why, and the way back."""
    with tools().database.reading() as session:
        edition = edition_at(session, edition_slug)
        bulk = bulk_of(session, edition_id=edition.id, bulk_id=bulk_id)
        skipped = skipped_names(session, bulk_id=bulk_id)
    return render_template(
        "registration/desk/bulk.html",
        edition=present(edition, language=current_locale(), now=now()),
        bulk=bulk,
        skipped=skipped,
        wording=wording,
    )


@blueprint.post("/desk/e/<edition_slug>/proposals/<uuid:bulk_id>/undo")
@staff("organiser", "reviewer")
@refused_at("/desk/e/{edition_slug}/proposals/{bulk_id}")
def undo(edition_slug: str, bulk_id: UUID) -> Response:
    """Take back everything that was proposed in one act, as far as it still stands."""
    with tools().database.transaction() as session:
        edition = edition_at(session, edition_slug)
        undo_bulk(session, edition_id=edition.id, bulk_id=bulk_id, deed=my_deed())
    return see_other(f"/desk/e/{edition_slug}/proposals/{bulk_id}")


@blueprint.post("/desk/e/<edition_slug>/applications/<uuid:application_id>/propose")
@staff("organiser", "reviewer")
@refused_at("/desk/e/{edition_slug}/applications/{application_id}")
def propose_one(edition_slug: str, application_id: UUID) -> Response:
    """Propose a decision for one application, or take the proposal back."""
    with tools().database.transaction() as session:
        told, takes_back = propose_for(session, edition_at(session, edition_slug), application_id)
    flash_message(told, undo=None if takes_back else (request.path, {"outcome": "none"}))
    return see_other(f"/desk/e/{edition_slug}/applications/{application_id}")


def propose_for(session: Session, edition: Edition, application_id: UUID) -> tuple[str, bool]:
    """Do what the form asks for one application; return what was done, and whether a proposal was taken back."""
    given = read_form(Proposal, request.form, messages=_MESSAGES)
    deed = my_deed()
    if given.outcome == "none":
        take_back_proposal(session, edition_id=edition.id, application_id=application_id, deed=deed)
        return _("The proposal is taken back."), True
    propose_decision(
        session,
        edition_id=edition.id,
        application_id=application_id,
        outcome=given.outcome,
        note=given.note,
        deed=deed,
    )
    return _("The decision is proposed. Nobody is told before it is released."), False
