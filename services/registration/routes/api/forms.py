"""The API's view of forms: what they ask, and the JSON Schema of an answer to each field."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy.orm import Session

from services.registration.errors import FormUnknown
from services.registration.queries.forms import application_form, form_at, forms_of, version_of_form
from services.registration.routes.api.editions import api
from services.registration.rules.forms.compiled import CompiledForm
from shared.schema.registration import Edition, Form

blueprint = api.blueprint
"""The API with the acts this module adds to it."""
SCHEMA = "https://json-schema.org/draft/2020-12/schema"


class FormLine(BaseModel):
    """One form of an edition. ``version`` is the one people fill in; ``title`` is by language."""

    slug: str
    purpose: str
    audience: str
    version: int | None
    title: dict[str, str]
    opens_at: datetime | None
    closes_at: datetime | None


class FormList(BaseModel):
    """The forms of an edition, the application first."""

    items: list[FormLine]


class FormAnswer(BaseModel):
    """A published form: its definition, and the JSON Schema (2020-12) of ``answers`` to it."""

    slug: str
    version: int
    definition: dict[str, Any]
    answers_schema: dict[str, Any]


@api.get("/editions/<edition_slug>/forms", scope="applications:read")
def list_forms(session: Session, edition: Edition) -> FormList:
    """List the forms of an edition."""
    return FormList(items=[_line(form) for form in forms_of(session, edition.id)])


@api.get("/editions/<edition_slug>/forms/<form_slug>", scope="applications:read", refuses=(FormUnknown,))
def read_form(session: Session, edition: Edition, form_slug: str) -> FormAnswer:
    """Show the version of a form that people fill in now."""
    if form_slug == "application":
        form = application_form(session, edition.id).form
    else:
        found = form_at(session, edition_id=edition.id, slug=form_slug)
        if found.published is None:
            raise FormUnknown
        form = version_of_form(session, form_id=found.id, number=found.published)
    return FormAnswer(
        slug=form_slug,
        version=form.version,
        definition=form.definition.kept(),
        answers_schema=answers_schema(form, edition.languages),
    )


def answers_schema(form: CompiledForm, languages: list[str]) -> dict[str, Any]:
    """Return what answers to a form look like; what a condition hides is left out by the server."""
    fields = form.by_key.values()
    hidden = {field.key for section in form.definition.sections if section.when for field in section.fields}
    return {
        "$schema": SCHEMA,
        "type": "object",
        "properties": {field.key: field.schema_in(languages) for field in fields},
        "required": [
            field.key for field in fields if field.required and field.when is None and field.key not in hidden
        ],
        "additionalProperties": False,
    }


def _line(form: Form) -> FormLine:
    return FormLine(
        slug=form.slug,
        purpose=form.purpose,
        audience=form.audience,
        version=form.published,
        title=form.draft.get("title", {}),
        opens_at=form.opens_at,
        closes_at=form.closes_at,
    )
