"""A reviewer's work: her queue, one application at a time, and nothing of what others think before she handed in."""

from __future__ import annotations

from typing import Annotated, Final, Literal
from uuid import UUID

from flask import Blueprint, render_template, request
from pydantic import BaseModel, Field
from werkzeug.wrappers import Response

from services.registration.actions.reviews import keep_scores, recuse, take_up_again
from services.registration.errors import NoCriteria, ReviewIncomplete
from services.registration.queries.applications import application_of
from services.registration.queries.editions import edition_at
from services.registration.queries.reviews import (
    ReviewLine,
    my_queue,
    my_review,
    reviews_handed_in,
    rubric_of,
)
from services.registration.rules.decisions import OUTCOMES
from services.registration.views import wording
from services.registration.views.editions import present
from services.registration.views.reviews import Criteria, present_criteria
from shared.clock import now
from shared.schema.registration import Rubric
from shared.web.door.identity import actor_id, my_deed
from shared.web.door.policy import staff
from shared.web.door.redirects import see_other
from shared.web.door.tools import tools
from shared.web.pages.flashes import flash_message
from shared.web.pages.forms import SEVERAL_LINES, Form, fill, read_form
from shared.web.pages.navigation import REVIEWS
from shared.web.pages.refusing import refused_at
from shared.words.languages import current_locale
from shared.words.sentences import _, _l

blueprint = Blueprint("desk_reviews", __name__)


_DIGITS: Final = {str(score) for score in range(1, 11)}


class ReviewTyped(BaseModel):
    """What a reviewer thinks; the scores are fields ``score_…`` beside it."""

    recommendation: Literal["", "accept", "reserve", "decline"] = ""
    comment: Annotated[str, Field(max_length=4000), SEVERAL_LINES] = ""
    go: Literal["keep", "hand_in"] = "hand_in"


class Conflicted(BaseModel):
    """Why somebody may not review an application."""

    why: Annotated[str, Field(min_length=1, max_length=500), SEVERAL_LINES]


@blueprint.get(REVIEWS.rule)
@REVIEWS.opens
def list_my_reviews(edition_slug: str) -> str:
    """Show what waits for this reviewer, and how far she is."""
    with tools().database.reading() as session:
        edition = edition_at(session, edition_slug)
        queue = my_queue(session, edition_id=edition.id, person_id=actor_id())
    return render_template(
        "registration/desk/reviews.html",
        edition=present(edition, language=current_locale(), now=now()),
        waiting=[one for one in queue if one.state == "assigned"],
        done=[one for one in queue if one.state == "handed_in"],
    )


@blueprint.get("/desk/e/<edition_slug>/reviews/<uuid:review_id>")
@staff("reviewer", "organiser")
def show_my_review(edition_slug: str, review_id: UUID) -> str:
    """Show one application beside the scores this reviewer gives it."""
    return _page(edition_slug, review_id, None)


@blueprint.post("/desk/e/<edition_slug>/reviews/<uuid:review_id>")
@staff("reviewer", "organiser")
def write_my_review(edition_slug: str, review_id: UUID) -> str | Response | tuple[str, int]:
    """Keep what was typed, or hand it in and go to the next application that waits."""
    typed = read_form(ReviewTyped, request.form)
    try:
        with tools().database.transaction() as session:
            edition = edition_at(session, edition_slug)
            keep_scores(
                session,
                edition_id=edition.id,
                review_id=review_id,
                scores=_scores(),
                recommendation=typed.recommendation,
                comment=typed.comment,
                deed=my_deed(),
                hand_in=typed.go == "hand_in",
            )
    except ReviewIncomplete as refusal:
        return _page(edition_slug, review_id, Form(dict(request.form), refusal.errors)), 422
    if typed.go == "keep":
        flash_message(_("Saved. Nobody sees it before you hand it in."))
        return see_other(f"/desk/e/{edition_slug}/reviews/{review_id}")
    with tools().database.reading() as session:
        queue = my_queue(session, edition_id=edition.id, person_id=actor_id())
    waiting = [one for one in queue if one.state == "assigned"]
    flash_message(_("Handed in.") if waiting else _("Handed in. That was the last one."))
    return see_other(f"/desk/e/{edition_slug}/reviews" + (f"/{waiting[0].id}" if waiting else ""))


@blueprint.post("/desk/e/<edition_slug>/reviews/<uuid:review_id>/reopen")
@staff("reviewer", "organiser")
@refused_at("/desk/e/{edition_slug}/reviews/{review_id}")
def reopen_my_review(edition_slug: str, review_id: UUID) -> Response:
    """Let the reviewer change what she handed in."""
    with tools().database.transaction() as session:
        edition = edition_at(session, edition_slug)
        take_up_again(session, edition_id=edition.id, review_id=review_id, deed=my_deed())
    flash_message(_("You can change this review; it does not count until you hand it in again."))
    return see_other(f"/desk/e/{edition_slug}/reviews/{review_id}")


@blueprint.post("/desk/e/<edition_slug>/reviews/<uuid:review_id>/recuse")
@staff("reviewer", "organiser")
@refused_at("/desk/e/{edition_slug}/reviews/{review_id}")
def recuse_myself(edition_slug: str, review_id: UUID) -> Response:
    """Give the application back for a conflict of interest."""
    why = read_form(Conflicted, request.form, messages={"why": _l("Say what connects you with this applicant")}).why
    with tools().database.transaction() as session:
        edition = edition_at(session, edition_slug)
        recuse(session, edition_id=edition.id, review_id=review_id, why=why, deed=my_deed())
    flash_message(_("You gave this application back; somebody else will read it."))
    return see_other(f"/desk/e/{edition_slug}/reviews")


def _scores() -> dict[str, int]:
    """Return what was chosen, ``{criterion: score}``; what is no number is as good as off the scale."""
    chosen = {}
    for name in request.form:
        key = name.removeprefix("score_")
        if key != name and (given := request.form[name].strip()):
            chosen[key] = int(given) if given in _DIGITS else 0
    return chosen


def _page(edition_slug: str, review_id: UUID, form: Form | None) -> str:
    me = actor_id()
    with tools().database.reading() as session:
        edition = edition_at(session, edition_slug)
        review = my_review(session, edition_id=edition.id, review_id=review_id, person_id=me)
        rubric: Rubric | None = rubric_of(session, edition_id=edition.id)
        if rubric is None:
            raise NoCriteria
        queue = my_queue(session, edition_id=edition.id, person_id=me)
        application = application_of(session, edition_id=edition.id, application_id=review.application_id)
        others = []
        if review.state == "handed_in":
            others = reviews_handed_in(session, application_id=review.application_id, edition_id=edition.id)
    criteria: Criteria = present_criteria(rubric, language=current_locale())
    kept = {f"score_{key}": score for key, score in review.scores.items()}
    return render_template(
        "registration/desk/review.html",
        edition=present(edition, language=current_locale(), now=now()),
        review=review,
        application=application,
        criteria=criteria,
        form=form or fill({**kept, "recommendation": review.recommendation, "comment": review.comment}),
        others=others,
        labels={f"score_{one.key}": one.name.text for one in criteria},
        recommendations=[(outcome, wording.OUTCOME[outcome][0]) for outcome in OUTCOMES],
        wording=wording,
        **_neighbours(queue, review_id),
    )


def _neighbours(queue: list[ReviewLine], review_id: UUID) -> dict[str, object]:
    places = [one.id for one in queue]
    here = places.index(review_id) if review_id in places else 0
    return {
        "earlier": places[here - 1] if here > 0 else None,
        "later": places[here + 1] if here + 1 < len(places) else None,
        "done": sum(one.state == "handed_in" for one in queue),
        "total": len(queue),
    }
