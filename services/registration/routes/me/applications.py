from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from services.registration.actions.applications import edit_application, withdraw_application
from services.registration.errors import NotEditable, OptionFull
from services.registration.queries.applications import Mine, my_application
from services.registration.queries.forms import application_form
from services.registration.queries.timelines import story_of
from services.registration.routes.me.reasons import Why
from services.registration.routes.public.filling import questions_html, typed
from services.registration.rules.applications import APPLICATION, is_editable
from services.registration.rules.forms.changes import Change, changes_between
from services.registration.rules.forms.compiled import COLUMNS, CompiledForm
from services.registration.views.answers import answer_lines, labels_of
from services.registration.views.editions import present
from services.registration.views.histories import my_entries
from services.registration.views.questions import said
from services.registration.views.standing import standing
from services.registration.views.wording import sentences
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
        steps, outcomes = story_of(session, application=mine.application, names=False)
        form = application_form(session, mine.edition.id, number=mine.application.form_version).form
    return render_template(
        "registration/my_application.html",
        mine=mine,
        edition=present(mine.edition, language=current_locale(), now=moment),
        lines=answer_lines(form, columns_of(mine), mine.application.answers),
        standing=standing(mine, now=moment),
        entries=my_entries(steps, outcomes=outcomes, person_id=current_person().person_id, form=form),
        is_editable=_is_editable(mine),
        is_withdrawable=_is_withdrawable(mine),
        now=moment,
    )


@blueprint.get("/me/applications/<uuid:application_id>/edit")
@participant
def show_edit(application_id: UUID) -> str:
    """Show the form with what was answered; a newer version of it carries the answers over and says what changed."""
    edited = _edited(application_id)
    if not _is_editable(edited.mine):
        raise NotEditable
    return _form(edited, fill(edited.answered()))


@blueprint.post("/me/applications/<uuid:application_id>/edit")
@participant
def save_edit(application_id: UUID) -> Response | tuple[str, int]:
    """Keep the changed answers."""
    edited = _edited(application_id)
    mine, form = edited.mine, edited.form
    seen = request.form.get("version", "")
    shown = Form({**typed(request.form), "version": seen})
    if request.form.get("form_version", str(form.version)) != str(form.version):
        return _form(edited, shown), 409
    answers, problems = form.read(edited.raw(), languages=mine.edition.languages, locale=current_locale())
    if answers is None:
        return _form(edited, shown.with_errors(sentences(problems, form))), 422
    try:
        with tools().database.transaction() as session:
            changed = edit_application(
                session, application_id=application_id, answers=answers, seen=seen, deed=my_deed()
            )
    except OptionFull as refusal:
        return _form(edited, shown.with_errors(refusal.errors)), 422
    except ChangedMeanwhile:
        edited = _edited(application_id)
        known = edited.answered()
        again = Form({**shown.values, "version": known["version"]})
        return _form(edited, again, differences(shown.values, known)), 409
    flash_message(_("Your changes are saved.") if changed else _("Nothing was changed."))
    return see_other(f"/me/applications/{application_id}")


@blueprint.get("/me/applications/<uuid:application_id>/withdraw")
@participant
def review_withdrawal(application_id: UUID) -> str:
    """Say what withdrawing means before it is done."""
    moment = now()
    with tools().database.reading() as session:
        mine = my_application(session, person_id=current_person().person_id, application_id=application_id)
    return render_template(
        "registration/withdraw.html",
        edition=present(mine.edition, language=current_locale(), now=moment),
        again=mine.edition.closes_at if moment < mine.edition.closes_at else None,
        place=mine.enrolment is not None and mine.enrolment.holds_place,
        act=f"/me/applications/{application_id}/withdraw",
        back=f"/me/applications/{application_id}",
        possible=_is_withdrawable(mine),
    )


@blueprint.post("/me/applications/<uuid:application_id>/withdraw")
@participant
@refused_at("/me/applications/{application_id}/withdraw")
def withdraw(application_id: UUID) -> Response:
    """Withdraw the application."""
    with tools().database.transaction() as session:
        withdraw_application(session, application_id=application_id, deed=my_deed(read_form(Why, request.form).why))
    flash_message(_("Your application is withdrawn."))
    return see_other("/me")


@dataclass(frozen=True)
class _Edited:
    """An application on its way to other answers: what it is, and the version of the form that is published now."""

    mine: Mine
    form: CompiledForm
    changes: Sequence[Change]

    def answered(self) -> dict[str, object]:
        """Return what was answered, as the inputs of the page hold it."""
        values = self.form.values(columns_of(self.mine), self.mine.application.answers)
        return {**self.form.typed(values), "version": version_of(self.mine.application.updated_at)}

    @property
    def agreed(self) -> bool:
        """Whether these words were agreed to: a newer version asks again."""
        return self.form.version == self.mine.application.form_version

    def raw(self) -> dict[str, object]:
        """Return what the page sent; what is proved stays, what was agreed to is not asked again."""
        raw = self.form.collect(request.form)
        meant = {field.means: field.key for field in self.form.by_key.values() if field.means}
        raw[meant["email"]] = self.mine.application.email
        if self.agreed and "consent" in meant:
            raw[meant["consent"]] = "yes"
        return raw


def columns_of(mine: Mine) -> dict[str, str]:
    """Return what the house knows of everybody, as this application tells it."""
    return {name: getattr(mine.application, name) for name in COLUMNS}


def _edited(application_id: UUID) -> _Edited:
    with tools().database.reading() as session:
        mine = my_application(session, person_id=current_person().person_id, application_id=application_id)
        form = application_form(session, mine.edition.id).form
        before = application_form(session, mine.edition.id, number=mine.application.form_version).form
    return _Edited(mine, form, changes_between(before.definition, form.definition))


def _is_editable(mine: Mine) -> bool:
    return is_editable(state=mine.application.state, closes_at=mine.edition.closes_at, now=now())


def _is_withdrawable(mine: Mine) -> bool:
    live = mine.offer is not None and mine.offer.state in {"offered", "accepted"}
    return APPLICATION.allows(mine.application.state, "withdrawn") and not live


def _form(edited: _Edited, form: Form, conflict: Sequence[Difference] = ()) -> str:
    asks = edited.form
    return render_template(
        "registration/edit_application.html",
        mine=edited.mine,
        edition=present(edited.mine.edition, language=current_locale(), now=now()),
        form=form,
        conflict=conflict,
        labels=labels_of(asks),
        changes=edited.changes,
        version=asks.version,
        said=said,
        conditional=asks.is_conditional,
        questions=questions_html(
            asks,
            Form({**form.values, **_proved(edited)}, form.errors),
            languages=edited.mine.edition.languages,
            leave_out=frozenset({"consent"}) if edited.agreed else frozenset(),
            fixed=frozenset({"email"}),
        ),
    )


def _proved(edited: _Edited) -> dict[str, str]:
    field = edited.form.definition.meaning("email")
    return {} if field is None else {field.key: edited.mine.application.email}
