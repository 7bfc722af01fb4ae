"""The organiser's view of the reviews: who reads, how far they are, and the ranked list."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from flask import Blueprint, render_template, request
from pydantic import BaseModel, Field
from werkzeug.wrappers import Response

from services.registration.actions.reviews import add_reviewer, assign_reviews, drop_reviewer
from services.registration.errors import NotAReviewer
from services.registration.queries.editions import edition_at
from services.registration.queries.people import possible_reviewers
from services.registration.queries.places import pool
from services.registration.queries.rankings import ranked
from services.registration.queries.reviews import readables, reviewers_of, rubric_of
from services.registration.routes.desk.criteria import EACH
from services.registration.rules.decisions import OUTCOMES
from services.registration.rules.selection.scoring import FORMULAS, Formula
from services.registration.views import wording
from services.registration.views.editions import present
from services.registration.views.reviews import present_criteria
from shared.clock import now
from shared.web.door.identity import my_deed
from shared.web.door.policy import staff
from shared.web.door.redirects import see_other
from shared.web.door.tools import tools
from shared.web.pages.flashes import flash_message
from shared.web.pages.forms import fill, read_form
from shared.web.pages.navigation import SELECTION
from shared.web.pages.refusing import refused_at
from shared.web.pages.tables import Column
from shared.words.formats import in_order, language_name
from shared.words.languages import current_locale
from shared.words.sentences import _, _l, _n

blueprint = Blueprint("desk_selection", __name__)
SHOWN: Final = 200
"""How much of the ranked list is shown before somebody asks for all of it."""
COLUMNS: Final = (
    Column("rank", _l("Rank"), kind="number"),
    Column("name", _l("Name"), kind="main"),
    Column("country", _l("Country")),
    Column("points", _l("Points"), kind="number"),
    Column("spread", _l("Spread"), kind="number"),
    Column("reviews", _l("Reviews"), kind="number", wide=True),
    Column("decision", _l("Decision")),
)
_WHO: Final = _l("Choose somebody from the list")


class ReviewerWanted(BaseModel):
    """Somebody of the staff who is to review, and the languages she reads; none means all."""

    person_id: UUID
    languages: list[Annotated[str, Field(max_length=10)]] = []


@blueprint.get(SELECTION.rule)
@SELECTION.opens
def show_selection(edition_slug: str) -> str:
    """Show the criteria, the reviewers and how far the reviews are."""
    with tools().database.reading() as session:
        edition = edition_at(session, edition_slug)
        rubric = rubric_of(session, edition_id=edition.id)
        reviewers = reviewers_of(session, edition_id=edition.id)
        reading = readables(session, edition_id=edition.id)
        staff_here = possible_reviewers(session, edition_id=edition.id)
    here = {one.person_id for one in reviewers if not one.left}
    return render_template(
        "registration/desk/selection.html",
        edition=present(edition, language=current_locale(), now=now()),
        criteria=present_criteria(rubric, language=current_locale()) if rubric else [],
        reviewers=reviewers,
        tongues=[(code, language_name(code)) for code in in_order(edition.languages, language_name)],
        each_form=fill({"reviews_each": rubric.reviews_each if rubric else EACH}),
        could=[(one.person_id, one.name) for one in staff_here if one.person_id not in here],
        missing=sum(max(0, (rubric.reviews_each if rubric else 0) - len(one.read_by)) for one in reading),
        applications=len(reading),
    )


@blueprint.get("/desk/e/<edition_slug>/selection/ranking")
@staff("organiser", "approver")
def show_ranking(edition_slug: str) -> str:
    """Show the applications by what their reviews come to."""
    formula = _formula(request.args.get("formula", ""))
    with tools().database.reading() as session:
        edition = edition_at(session, edition_slug)
        lines = ranked(session, edition_id=edition.id, formula=formula)
        places = pool(session, edition.id)
    return render_template(
        "registration/desk/ranking.html",
        edition=present(edition, language=current_locale(), now=now()),
        lines=lines if request.args.get("all") else lines[:SHOWN],
        total=len(lines),
        columns=COLUMNS,
        formula=formula,
        tabs=[(key, wording.FORMULA[key], f"?formula={key}") for key in FORMULAS],
        places=places,
        outcomes=OUTCOMES,
        wording=wording,
    )


@blueprint.post("/desk/e/<edition_slug>/selection/reviewers")
@staff("organiser")
@refused_at("/desk/e/{edition_slug}/selection")
def let_review(edition_slug: str) -> Response:
    """Let somebody of the staff review for this edition."""
    wanted = read_form(ReviewerWanted, request.form, messages={"person_id": _WHO})
    with tools().database.transaction() as session:
        edition = edition_at(session, edition_slug)
        known = {one.person_id: one.name for one in possible_reviewers(session, edition_id=edition.id)}
        if wanted.person_id not in known:
            raise NotAReviewer
        languages = [one for one in wanted.languages if one in edition.languages]
        add_reviewer(session, edition_id=edition.id, person_id=wanted.person_id, languages=languages, deed=my_deed())
    flash_message(_("%(name)s reviews for this edition now.", name=known[wanted.person_id]))
    return see_other(f"/desk/e/{edition_slug}/selection")


@blueprint.post("/desk/e/<edition_slug>/selection/reviewers/<uuid:reviewer_id>/drop")
@staff("organiser")
@refused_at("/desk/e/{edition_slug}/selection")
def let_go(edition_slug: str, reviewer_id: UUID) -> Response:
    """Let a reviewer go; what she has not handed in waits for somebody else."""
    with tools().database.transaction() as session:
        edition = edition_at(session, edition_slug)
        waiting = drop_reviewer(session, edition_id=edition.id, reviewer_id=reviewer_id, deed=my_deed())
    flash_message(
        _n(
            "Done. %(num)s application wants another reader: share the applications out again.",
            "Done. %(num)s applications want another reader: share the applications out again.",
            waiting,
        )
        if waiting
        else _("Done. Nothing was left unread.")
    )
    return see_other(f"/desk/e/{edition_slug}/selection")


@blueprint.post("/desk/e/<edition_slug>/selection/assign")
@staff("organiser")
@refused_at("/desk/e/{edition_slug}/selection")
def share_out(edition_slug: str) -> Response:
    """Give every application the readers it lacks."""
    with tools().database.transaction() as session:
        edition = edition_at(session, edition_slug)
        plan = assign_reviews(session, edition_id=edition.id, deed=my_deed())
    flash_message(_n("%(num)s review is shared out.", "%(num)s reviews are shared out.", len(plan.pairs)))
    if plan.short:
        flash_message(
            _n(
                "%(num)s application finds too few readers: add somebody who reads its language.",
                "%(num)s applications find too few readers: add somebody who reads their language.",
                len(plan.short),
            ),
            "warning",
        )
    return see_other(f"/desk/e/{edition_slug}/selection")


def _formula(given: str) -> Formula:
    return next((one for one in FORMULAS if one == given), "mean")
