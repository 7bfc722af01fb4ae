"""What an organiser asked for: a page with just these questions, which works after the deadline too."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, render_template
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from services.registration.actions.information import give_information
from services.registration.errors import NotAsked, OptionFull
from services.registration.queries.applications import Mine, my_application
from services.registration.queries.forms import FormInUse, application_form
from services.registration.routes.attachments import LARGEST_FORM, files_sent, sent_with_files
from services.registration.routes.me.applications import columns_of
from services.registration.routes.public.filling import questions_html, typed
from services.registration.rules.forms.compiled import Answers, CompiledForm
from services.registration.rules.forms.definitions import Section
from services.registration.rules.forms.file_kinds import FileGone
from services.registration.views.editions import present
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

blueprint = Blueprint("my_information", __name__)


@blueprint.get("/me/applications/<uuid:application_id>/asked")
@participant
def show_asked(application_id: UUID) -> str:
    """Show the questions that were asked again, filled with what was answered."""
    mine, asks = _asked(application_id)
    form = asks.form
    return _page(mine, asks, fill(form.typed(form.values(columns_of(mine), mine.application.answers))))


@blueprint.post("/me/applications/<uuid:application_id>/asked")
@participant
@larger_body(LARGEST_FORM)
def send_asked(application_id: UUID) -> Response | tuple[str, int]:
    """Keep the answers and hand the application back."""
    mine, asks = _asked(application_id)
    form = asks.form
    came = sent_with_files(form, form_id=asks.form_id, edition_id=mine.edition.id)
    wanted = frozenset(_fields(mine))
    stored = form.values(columns_of(mine), mine.application.answers)
    raw = form.collect(_inputs(form.typed(stored)))
    sent = form.collect(came.form)
    raw = {key: value for key, value in raw.items() if key not in wanted} | {
        key: value for key, value in sent.items() if key in wanted
    }
    shown = Form(typed(came.form))
    files = files_sent(form, raw, form_id=asks.form_id, application_id=application_id)
    read = form.read(raw, languages=mine.edition.languages, locale=current_locale(), files=files, within=wanted)
    if read.answers is None or came.errors:
        return _page(mine, asks, shown.with_errors({**sentences(read.problems, form), **came.errors})), 422
    try:
        with tools().database.transaction() as session:
            answers = _whole(mine, form, read.answers, wanted)
            give_information(session, application_id=application_id, answers=answers, deed=my_deed())
    except (OptionFull, FileGone) as refusal:
        return _page(mine, asks, shown.with_errors(refusal.errors)), 422
    flash_message(_("Your answers are with the organisers."))
    return see_other(f"/me/applications/{application_id}")


def _whole(mine: Mine, form: CompiledForm, given: Answers, wanted: frozenset[str]) -> Answers:
    """Return the application's answers with those asked for in place of the earlier ones."""
    meanings = {form.by_key[key].means for key in wanted}
    columns = {name: given.columns()[name] if name in meanings else was for name, was in columns_of(mine).items()}
    rest = {key: value for key, value in mine.application.answers.items() if key not in wanted}
    rest |= {key: value for key, value in given.answers().items() if key in wanted}
    return form.again(columns, rest, consent=mine.application.consent)


def _inputs(held: dict[str, object]) -> MultiDict[str, str]:
    pairs = [(name, value if isinstance(value, list) else [value]) for name, value in held.items()]
    return MultiDict([(name, str(one)) for name, values in pairs for one in values])


def _fields(mine: Mine) -> list[str]:
    return list((mine.application.asked or {}).get("fields", ()))


def _asked(application_id: UUID) -> tuple[Mine, FormInUse]:
    with tools().database.reading() as session:
        mine = my_application(session, person_id=current_person().person_id, application_id=application_id)
        if mine.application.state != "needs_information":
            raise NotAsked
        return mine, application_form(session, mine.edition.id, number=mine.application.form_version)


def _page(mine: Mine, asks: FormInUse, filled: Form) -> str:
    form = asks.form
    wanted = _fields(mine)
    fields: Any = tuple(
        field.model_copy(update={"when": None}) for field in form.definition.fields() if field.key in wanted
    )
    section = Section.model_construct(key="asked", title={}, explanation={}, when=None, fields=fields)
    return render_template(
        "registration/form/asked.html",
        mine=mine,
        edition=present(mine.edition, language=current_locale(), now=now()),
        form=filled,
        has_files=any(key in form.file_fields for key in wanted),
        message=(mine.application.asked or {}).get("message", ""),
        questions=questions_html(
            form,
            filled,
            languages=mine.edition.languages,
            sections=[section],
            titled=False,
            form_id=asks.form_id,
        ),
    )
