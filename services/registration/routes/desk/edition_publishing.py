"""Making an edition public, and taking it from view: on a quiet page that says what it does, and undone at will."""

from __future__ import annotations

from typing import Final, Literal

from flask import Blueprint, render_template, request
from pydantic import BaseModel
from werkzeug.wrappers import Response

from services.registration.actions.editions import publish_edition, unpublish_edition
from services.registration.queries.editions import edition_at
from services.registration.queries.figures import funnel_of
from services.registration.queries.forms import application_form
from services.registration.rules.editions import missing_languages
from services.registration.views.editions import present
from shared.clock import now
from shared.web.door.identity import my_deed
from shared.web.door.policy import staff
from shared.web.door.redirects import see_other
from shared.web.door.tools import tools
from shared.web.pages.flashes import flash_message
from shared.web.pages.forms import read_form
from shared.web.pages.refusing import refused_at
from shared.words.languages import LANGUAGES, current_locale
from shared.words.sentences import _

blueprint = Blueprint("desk_edition_publishing", __name__)
_PAGE: Final = "/desk/e/<edition_slug>/edition/publish"


class Publicity(BaseModel):
    """The form that shows an edition to everybody, or takes it from view."""

    public: Literal["yes", "no"] = "yes"


@blueprint.get(_PAGE)
@staff("organiser")
def review_publishing(edition_slug: str) -> str:
    """Say what making the edition public, or taking it from view, does, and to how many."""
    with tools().database.reading() as session:
        edition = edition_at(session, edition_slug)
        applied = funnel_of(session, edition_id=edition.id)
        questions = len(application_form(session, edition.id).form.by_key)
        missing = {*missing_languages(edition.name, LANGUAGES), *missing_languages(edition.summary, LANGUAGES)}
    return render_template(
        "registration/desk/edition_publish.html",
        edition=present(edition, language=current_locale(), now=now()),
        applied=applied,
        questions=questions,
        missing=[code for code in LANGUAGES if code in missing],
        now=now(),
    )


@blueprint.post(_PAGE)
@staff("organiser")
@refused_at("/desk/e/{edition_slug}/edition")
def publish(edition_slug: str) -> Response:
    """Show the edition to everybody, or take it from view."""
    public = read_form(Publicity, request.form).public == "yes"
    with tools().database.transaction() as session:
        edition_id = edition_at(session, edition_slug).id
        act = publish_edition if public else unpublish_edition
        act(session, edition_id=edition_id, deed=my_deed())
    told = _("The edition is public.") if public else _("The edition is no longer public.")
    back = {"public": "no" if public else "yes"}
    flash_message(told, undo=(f"/desk/e/{edition_slug}/edition/publish", back))
    return see_other(f"/desk/e/{edition_slug}/edition")
