from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from services.registration.actions.applications import edit_application, withdraw_application
from services.registration.errors import NotEditable
from services.registration.queries.applications import Mine, my_application
from services.registration.queries.timelines import story_of
from services.registration.routes.me.reasons import Why
from services.registration.routes.public.applications import typed
from services.registration.rules.applications import APPLICATION, is_editable
from services.registration.rules.forms import read_answers
from services.registration.views.editions import own_names, present
from services.registration.views.histories import my_entries
from services.registration.views.standing import standing
from services.registration.views.wording import CONSENT, FELLOWSHIP, sentences
from shared.clock import now
from shared.versions import ChangedMeanwhile, Difference, differences, version_of
from shared.web.door.identity import current_person, my_deed
from shared.web.door.policy import participant
from shared.web.door.redirects import see_other
from shared.web.door.tools import tools
from shared.web.pages.flashes import flash_message
from shared.web.pages.forms import Form, fill, read_form
from shared.web.pages.refusing import refused_at
from shared.words.languages import current_locale
from shared.words.sentences import _

blueprint = Blueprint("my_applications", __name__)


@blueprint.get("/me/applications/<uuid:application_id>")
@participant
def show_mine(application_id: UUID) -> str:
    """Show the person's application, where it stands and what happened to it."""
    moment = now()
    with tools().database.reading() as session:
        mine = my_application(session, person_id=current_person().person_id, application_id=application_id)
        steps, outcomes = story_of(session, application=mine.application)
    return render_template(
        "registration/my_application.html",
        mine=mine,
        edition=present(mine.edition, language=current_locale(), now=moment),
        standing=standing(mine, now=moment),
        entries=my_entries(steps, outcomes=outcomes, person_id=current_person().person_id),
        is_editable=_is_editable(mine),
        is_withdrawable=_is_withdrawable(mine),
        now=moment,
    )


@blueprint.get("/me/applications/<uuid:application_id>/edit")
@participant
def show_edit(application_id: UUID) -> str:
    """Show the form with what was answered."""
    mine = _mine(application_id)
    if not _is_editable(mine):
        raise NotEditable
    return _form(mine, fill(_answered(mine)))


@blueprint.post("/me/applications/<uuid:application_id>/edit")
@participant
def save_edit(application_id: UUID) -> Response | tuple[str, int]:
    """Keep the changed answers."""
    mine = _mine(application_id)
    filled = {**typed(request.form), "email": mine.application.email, "consent": "yes"}
    answers, problems = read_answers(filled, languages=mine.edition.languages)
    seen = request.form.get("version", "")
    if answers is None:
        return _form(mine, Form({**filled, "version": seen}, sentences(problems))), 422
    try:
        with tools().database.transaction() as session:
            changed = edit_application(
                session, application_id=application_id, answers=answers, seen=seen, deed=my_deed()
            )
    except ChangedMeanwhile:
        mine = _mine(application_id)
        known = _answered(mine)
        return _form(mine, Form({**filled, "version": known["version"]}), differences(filled, known)), 409
    flash_message(_("Your changes are saved.") if changed else _("Nothing was changed."))
    return see_other(f"/me/applications/{application_id}")


@blueprint.post("/me/applications/<uuid:application_id>/withdraw")
@participant
@refused_at("/me/applications/{application_id}")
def withdraw(application_id: UUID) -> Response:
    """Withdraw the application."""
    with tools().database.transaction() as session:
        withdraw_application(session, application_id=application_id, deed=my_deed(read_form(Why, request.form).why))
    flash_message(_("Your application is withdrawn."))
    return see_other("/me")


def _mine(application_id: UUID) -> Mine:
    with tools().database.reading() as session:
        return my_application(session, person_id=current_person().person_id, application_id=application_id)


def _is_editable(mine: Mine) -> bool:
    return is_editable(state=mine.application.state, closes_at=mine.edition.closes_at, now=now())


def _is_withdrawable(mine: Mine) -> bool:
    live = mine.offer is not None and mine.offer.state in {"offered", "accepted"}
    return APPLICATION.allows(mine.application.state, "withdrawn") and not live


def _answered(mine: Mine) -> dict[str, object]:
    application = mine.application
    asked = {
        name: getattr(application, name) for name in ("name", "called", "email", "country", "organisation", "language")
    }
    needs = "yes" if application.answers.get("needs_fellowship") else "no"
    version = version_of(application.updated_at)
    return {**asked, **application.answers, "needs_fellowship": needs, "version": version}


def _form(mine: Mine, form: Form, conflict: Sequence[Difference] = ()) -> str:
    return render_template(
        "registration/edit_application.html",
        mine=mine,
        edition=present(mine.edition, language=current_locale(), now=now()),
        form=form,
        conflict=conflict,
        consent=CONSENT,
        fellowship=FELLOWSHIP,
        language_options=own_names(mine.edition.languages),
        meant=None,
    )
