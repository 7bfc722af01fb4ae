"""The criteria of an edition, one page each."""

from __future__ import annotations

from typing import Annotated, Any, Final

from flask import Blueprint, render_template, request
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from services.registration.actions.reviews import write_rubric
from services.registration.errors import CriterionUnknown
from services.registration.queries.editions import edition_at
from services.registration.queries.reviews import rubric_of
from services.registration.views.editions import present
from shared.clock import now
from shared.schema.base import new_id
from shared.schema.registration import Edition
from shared.web.door.identity import my_deed
from shared.web.door.policy import staff
from shared.web.door.redirects import see_other
from shared.web.door.tools import tools
from shared.web.pages.flashes import flash_message
from shared.web.pages.forms import Form, bind, fill, read_form
from shared.web.pages.refusing import refused_at
from shared.words.cleaning import clean_line, clean_text
from shared.words.languages import current_locale
from shared.words.sentences import _, _l

blueprint = Blueprint("desk_criteria", __name__)
EACH: Final = 2
"""Reviews for each application unless an organiser says otherwise."""
NEW: Final = "new"
_ROOM: Final = 2000


class CriterionWanted(BaseModel):
    """A criterion; its texts are the fields ``name_…`` and ``anchors_…`` beside it, one for each language."""

    weight: Annotated[float, Field(gt=0, le=100)] = 1.0
    best: Annotated[int, Field(ge=2, le=10)] = 5


class EachWanted(BaseModel):
    """How many reviewers read each application."""

    reviews_each: Annotated[int, Field(ge=1, le=9)]


@blueprint.get("/desk/e/<edition_slug>/selection/criteria/<criterion>")
@staff("organiser")
def show_criterion(edition_slug: str, criterion: str) -> str:
    """Show one criterion to be changed, or an empty one."""
    with tools().database.reading() as session:
        edition = edition_at(session, edition_slug)
        one = _criterion(session, edition, criterion)
    texts = {f"{what}_{code}": text for what in ("name", "anchors") for code, text in one.get(what, {}).items()}
    return _page(edition, criterion, fill({"weight": one.get("weight", 1), "best": one.get("best", 5), **texts}))


@blueprint.post("/desk/e/<edition_slug>/selection/criteria/<criterion>")
@staff("organiser")
def write_criterion(edition_slug: str, criterion: str) -> Response | tuple[str, int]:
    """Put the criterion in force; reviews that were handed in keep theirs."""
    bound = bind(CriterionWanted, request.form)
    with tools().database.transaction() as session:
        edition = edition_at(session, edition_slug)
        one = _criterion(session, edition, criterion)
        names = _texts("name", edition.languages)
        nameless = {} if names else {f"name_{edition.languages[0]}": _l("Name the criterion")}
        form = bound.form.with_errors(nameless)
        if bound.model is None or not names:
            return _page(edition, criterion, form), 422
        wanted = {
            **bound.model.model_dump(),
            "key": one.get("key") or new_id().hex[-8:],
            "name": names,
            "anchors": _texts("anchors", edition.languages),
        }
        rubric = rubric_of(session, edition_id=edition.id)
        before = list(rubric.criteria) if rubric else []
        kept = [wanted if known["key"] == criterion else known for known in before]
        write_rubric(
            session,
            edition_id=edition.id,
            criteria=kept if criterion != NEW else [*before, wanted],
            reviews_each=rubric.reviews_each if rubric else EACH,
            deed=my_deed(),
        )
    flash_message(_("The criterion is saved."))
    return see_other(f"/desk/e/{edition_slug}/selection")


@blueprint.post("/desk/e/<edition_slug>/selection/criteria/<criterion>/remove")
@staff("organiser")
@refused_at("/desk/e/{edition_slug}/selection")
def remove_criterion(edition_slug: str, criterion: str) -> Response:
    """Score by this criterion no more."""
    with tools().database.transaction() as session:
        edition = edition_at(session, edition_slug)
        one = _criterion(session, edition, criterion)
        rubric = rubric_of(session, edition_id=edition.id)
        if rubric is not None and one:
            kept = [known for known in rubric.criteria if known["key"] != criterion]
            write_rubric(
                session, edition_id=edition.id, criteria=kept, reviews_each=rubric.reviews_each, deed=my_deed()
            )
    flash_message(_("The criterion is gone. Reviews that were handed in keep it."))
    return see_other(f"/desk/e/{edition_slug}/selection")


@blueprint.post("/desk/e/<edition_slug>/selection/each")
@staff("organiser")
@refused_at("/desk/e/{edition_slug}/selection")
def write_each(edition_slug: str) -> Response:
    """Say how many reviewers read each application."""
    each = read_form(EachWanted, request.form).reviews_each
    with tools().database.transaction() as session:
        edition = edition_at(session, edition_slug)
        rubric = rubric_of(session, edition_id=edition.id)
        if rubric is not None:
            rubric.reviews_each = each
        else:
            write_rubric(session, edition_id=edition.id, criteria=[], reviews_each=each, deed=my_deed())
    flash_message(_("Saved."))
    return see_other(f"/desk/e/{edition_slug}/selection")


def _criterion(session: Session, edition: Edition, key: str) -> dict[str, Any]:
    """Return the criterion, or nothing for a new one."""
    if key == NEW:
        return {}
    rubric = rubric_of(session, edition_id=edition.id)
    for known in rubric.criteria if rubric else []:
        if known["key"] == key:
            return known
    raise CriterionUnknown


def _texts(what: str, languages: list[str]) -> dict[str, str]:
    clean = clean_line if what == "name" else clean_text
    given = {code: clean(request.form.get(f"{what}_{code}", "")[:_ROOM]) for code in languages}
    return {code: text for code, text in given.items() if text}


def _page(edition: Edition, key: str, form: Form) -> str:
    return render_template(
        "registration/desk/criterion.html",
        edition=present(edition, language=current_locale(), now=now()),
        languages=edition.languages,
        key=key,
        form=form,
    )
