"""The forms of an edition on the desk: which there are, and new ones, empty or copied from another edition."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from flask import Blueprint, render_template, request
from pydantic import BaseModel, Field
from werkzeug.wrappers import Response

from services.registration.actions.forms import create_form, ensure_application_form
from services.registration.errors import FormSlugTaken
from services.registration.queries.editions import all_editions, edition_at
from services.registration.queries.forms import forms_of, responses_to
from services.registration.rules.forms.definitions import Definition
from services.registration.views.editions import present
from services.registration.views.form_faults import AUDIENCES, PURPOSES
from services.registration.views.questions import said
from shared.clock import now
from shared.schema.registration import Form as FormRow
from shared.web.door.identity import current_person, my_deed
from shared.web.door.policy import staff
from shared.web.door.redirects import see_other
from shared.web.door.tools import tools
from shared.web.pages.forms import Form, bind, fill
from shared.web.pages.navigation import FORMS
from shared.words.languages import current_locale

blueprint = Blueprint("desk_forms", __name__)


class NewForm(BaseModel):
    """A form to be made."""

    slug: Annotated[str, Field(min_length=2, max_length=60, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    title: Annotated[str, Field(min_length=1, max_length=200)]
    purpose: Annotated[str, Field(pattern="^(acceptance|evaluation|other)$")]
    audience: Annotated[str, Field(pattern="^(offered|accepted|attended)$")]
    copy_of: UUID | None = None


@blueprint.get(FORMS.rule)
@FORMS.opens
def list_forms(edition_slug: str) -> str:
    """Show the forms of an edition."""
    with tools().database.transaction() as session:
        edition_id = edition_at(session, edition_slug).id
        ensure_application_form(session, edition_id=edition_id, deed=my_deed())
    return _page(edition_slug, fill({"purpose": "acceptance", "audience": "accepted"}))


@blueprint.post("/desk/e/<edition_slug>/forms")
@staff("organiser")
def make(edition_slug: str) -> Response | tuple[str, int]:
    """Make a form, empty or with the questions of another."""
    bound = bind(NewForm, request.form)
    if bound.model is None:
        return _page(edition_slug, bound.form), 422
    wanted = bound.model
    try:
        with tools().database.transaction() as session:
            edition = edition_at(session, edition_slug)
            source = session.get(FormRow, wanted.copy_of) if wanted.copy_of else None
            may = source is not None and current_person().holds("organiser", edition_id=source.edition_id)
            questions = Definition.model_validate(source.draft) if source is not None and may else Definition()
            definition = questions.model_copy(update={"title": {current_locale(): wanted.title}})
            create_form(
                session,
                edition_id=edition.id,
                slug=wanted.slug,
                purpose=wanted.purpose,  # type: ignore[arg-type]
                audience=wanted.audience,
                definition=definition,
                deed=my_deed(),
            )
    except FormSlugTaken as refusal:
        return _page(edition_slug, bound.form.with_errors(refusal.errors)), 422
    return see_other(f"/desk/e/{edition_slug}/forms/{wanted.slug}")


def _page(edition_slug: str, form: Form) -> str:
    with tools().database.reading() as session:
        edition = edition_at(session, edition_slug)
        forms = forms_of(session, edition.id)
        answered = responses_to(session, [one.id for one in forms])
        mine = [one for one in all_editions(session) if current_person().holds("organiser", edition_id=one.id)]
        sources = [
            (str(other.id), f"{present(one, language=current_locale(), now=now()).name}: {said(other.draft['title'])}")
            for one in mine
            for other in forms_of(session, one.id)
            if other.draft.get("title")
        ]
    return render_template(
        "registration/desk/forms/forms.html",
        edition=present(edition, language=current_locale(), now=now()),
        forms=forms,
        answered=answered,
        sources=sources,
        form=form,
        purposes=PURPOSES,
        audiences=AUDIENCES,
        said=said,
    )
