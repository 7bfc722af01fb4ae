"""The forms that somebody is asked to fill in after applying: about travel, food, the week itself."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from services.registration.actions.responses import answer_form, require_open_form
from services.registration.queries.responses import Asked, form_asked_of
from services.registration.routes.attachments import LARGEST_FORM, files_sent, sent_with_files
from services.registration.routes.public.filling import minutes_for, questions_html, typed
from services.registration.routes.rings import own_ring
from services.registration.rules.forms.compiled import CompiledForm
from services.registration.rules.forms.file_kinds import FileGone
from services.registration.rules.forms.special import open_special
from services.registration.views.editions import present
from services.registration.views.questions import said
from services.registration.views.wording import sentences
from shared.clock import now
from shared.web.door.identity import current_person, my_deed
from shared.web.door.policy import larger_body, participant
from shared.web.door.redirects import see_other
from shared.web.door.tools import tools
from shared.web.pages.flashes import flash_message
from shared.web.pages.forms import Form, fill
from shared.words.languages import current_locale
from shared.words.sentences import _

blueprint = Blueprint("my_forms", __name__)
ring = own_ring(blueprint)


@blueprint.get("/me/forms/<uuid:form_id>")
@participant
def show_form(form_id: UUID) -> str:
    """Show a form, filled with what was answered."""
    asked, form = _asked(form_id)
    require_open_form(asked.form.opens_at, asked.form.closes_at, now=now())
    kept = asked.response.answers if asked.response is not None else {}
    given = open_special(kept, ring(), application_id=asked.application.id).answers
    return _page(asked, form, fill(form.typed(form.values(given, given))))


@blueprint.post("/me/forms/<uuid:form_id>")
@participant
@larger_body(LARGEST_FORM)
def save_form(form_id: UUID) -> Response | tuple[str, int]:
    """Keep the answers; they may be changed until the form closes."""
    asked, form = _asked(form_id)
    sent = sent_with_files(form, form_id=form_id, edition_id=asked.edition.id)
    shown = Form(typed(sent.form))
    if request.form.get("form_version", str(form.version)) != str(form.version):
        return _page(asked, form, shown), 409
    raw = form.collect(sent.form)
    files = files_sent(form, raw, form_id=form_id, application_id=asked.application.id)
    answers, problems = form.read(
        raw, languages=asked.edition.languages, locale=current_locale(), known=asked.known, files=files
    )
    if answers is None or sent.errors:
        return _page(asked, form, shown.with_errors({**sentences(problems, form), **sent.errors})), 422
    try:
        with tools().database.transaction() as session:
            changed = answer_form(session, form_id=form_id, answers=answers, deed=my_deed(), ring=ring())
    except FileGone as refusal:
        return _page(asked, form, shown.with_errors(refusal.errors)), 422
    flash_message(_("Your answers are saved.") if changed else _("Nothing was changed."))
    return see_other("/me")


def _asked(form_id: UUID) -> tuple[Asked, CompiledForm]:
    with tools().database.reading() as session:
        return form_asked_of(session, person_id=current_person().person_id, form_id=form_id)


def _page(asked: Asked, form: CompiledForm, filled: Form) -> str:
    return render_template(
        "registration/form/mine.html",
        edition=present(asked.edition, language=current_locale(), now=now()),
        form=filled,
        title=said(form.definition.title),
        version=form.version,
        closes_at=asked.form.closes_at,
        minutes=minutes_for(form.definition.sections),
        known=asked.known._asdict(),
        conditional=form.is_conditional,
        has_files=bool(form.file_fields),
        questions=questions_html(form, filled, languages=asked.edition.languages, form_id=asked.form.id),
    )
