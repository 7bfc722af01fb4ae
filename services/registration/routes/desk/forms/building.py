"""The builder: outline, one field, preview. Every act is a form of its own, so that keys and buttons suffice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, render_template, request
from pydantic import ValidationError
from werkzeug.wrappers import Response

from services.registration.actions.forms import change_form
from services.registration.errors import FormRuleBroken
from services.registration.queries.editions import edition_at
from services.registration.queries.forms import form_at, undoable
from services.registration.routes.desk.forms.field_form import (
    CLAIMS,
    SPARE_ROWS,
    P,
    known_field,
    known_section,
    read_field,
    read_section,
)
from services.registration.routes.public.filling import questions_html
from services.registration.rules.forms import edits
from services.registration.rules.forms.compiled import CompiledForm
from services.registration.rules.forms.completeness import lacking
from services.registration.rules.forms.definitions import Definition, Section
from services.registration.rules.forms.fields.base import Question
from services.registration.views.editions import EditionView, present
from services.registration.views.form_faults import (
    BLOCKS as BLOCK_NAMES,
    MEANINGS,
    SENSITIVITY,
    TYPES,
    owner_name,
    rule_sentences,
)
from services.registration.views.questions import FILE_KINDS, choice_label, said
from shared.clock import now
from shared.versions import ChangedMeanwhile, version_of
from shared.web.door.identity import my_deed
from shared.web.door.policy import staff
from shared.web.door.redirects import see_other
from shared.web.door.tools import tools
from shared.web.pages.flashes import flash_message
from shared.web.pages.forms import Form, fill
from shared.words.languages import LANGUAGES, current_locale, supported, use_locale
from shared.words.sentences import _

blueprint = Blueprint("desk_form_building", __name__)
MOST_CHOICES: Final = 12
"""Questions with more answers than these, such as countries, are not spread out in the list of claims."""


@blueprint.get("/desk/e/<edition_slug>/forms/<form_slug>")
@staff("organiser")
def show(edition_slug: str, form_slug: str) -> str:
    """Show the builder, at the field or section that ``at`` names."""
    bench = bench_of(edition_slug, form_slug, at=request.args.get("at", ""))
    return _page(bench, fill(bench.known()))


@blueprint.post("/desk/e/<edition_slug>/forms/<form_slug>")
@staff("organiser")
def save(edition_slug: str, form_slug: str) -> Response | tuple[str, int]:
    """Keep what was typed about one field or section."""
    bench = bench_of(edition_slug, form_slug, at=request.form.get("at", ""))
    typed = Form({name: request.form.getlist(name) if name == f"{P}languages" else value
                  for name, value in request.form.items()})  # fmt: skip
    told = (
        read_field(request.form, bench.at, bench.definition)
        if isinstance(bench.at, Question)
        else read_section(request.form)
    )
    if told.errors:
        return _page(bench, typed.with_errors(told.errors)), 422
    if bench.at is None:
        return see_other(bench.url)
    key = bench.at.key

    def change(definition: Definition) -> Definition:
        act = edits.replace_field if isinstance(bench.at, Question) else edits.replace_section
        return act(definition, key, told.values)

    try:
        with tools().database.transaction() as session:
            change_form(
                session, form_id=bench.form_id, change=change, deed=my_deed(), seen=request.form.get("version", "")
            )
    except FormRuleBroken as refusal:
        wrong = rule_sentences(bench.definition, refusal.faults)
        return _page(bench, typed.with_errors({f"{P}{name or 'key'}": words for name, words in wrong.items()})), 422
    except ChangedMeanwhile as refusal:
        flash_message(str(refusal.title), "warning")
        again = bench_of(edition_slug, form_slug, at=key)
        return _page(again, Form({**typed.values, "version": again.version})), 409
    flash_message(_("Saved."))
    return see_other(f"{bench.url}?at={told.values.get('key', key)}")


@dataclass(frozen=True)
class Bench:
    """A form on the bench, and the part of it in hand."""

    edition: EditionView
    slug: str
    form_id: UUID
    purpose: str
    published: int | None
    version: str
    definition: Definition
    at: Question | Section | None
    can_undo: bool

    @property
    def url(self) -> str:
        """Where this form is built."""
        return f"/desk/e/{self.edition.slug}/forms/{self.slug}"

    def parts(self) -> list[Question | Section]:
        """Return sections and fields in their order."""
        return [one for section in self.definition.sections for one in (section, *section.fields)]

    def known(self) -> dict[str, Any]:
        """Return what the inputs hold."""
        if self.at is None:
            return {}
        known = known_field(self.at) if isinstance(self.at, Question) else known_section(self.at)
        return known | {"version": self.version}


def bench_of(edition_slug: str, form_slug: str, *, at: str) -> Bench:
    """Return a form with the part of it that ``at`` names, or its first."""
    with tools().database.reading() as session:
        edition = edition_at(session, edition_slug)
        form = form_at(session, edition_id=edition.id, slug=form_slug)
        can_undo = undoable(session, form.id)
    definition = Definition.model_validate(form.draft)
    parts = [one for section in definition.sections for one in (section, *section.fields)]
    found = next((one for one in parts if one.key == at), parts[0] if parts else None)
    return Bench(
        present(edition, language=current_locale(), now=now()), form_slug, form.id, form.purpose, form.published,
        version_of(form.updated_at), definition, found, can_undo,
    )  # fmt: skip


def _page(bench: Bench, form: Form) -> str:
    wanted = supported(request.args.get("preview")) or current_locale()
    field = bench.at if isinstance(bench.at, Question) else None
    with use_locale(wanted):
        preview = _preview(bench)
    rows = {
        name: max((int(key.split(".")[2]) + 1 for key in form.values if key.startswith(f"{P}{name}.")), default=0)
        + SPARE_ROWS
        for name in ("options", "rows", "columns")
    }
    return render_template(
        "registration/desk/forms/builder.html",
        bench=bench,
        edition=bench.edition,
        form=form,
        field=field,
        has=type(field).model_fields if field is not None else {},
        meanings=[(name, MEANINGS[name]) for name in MEANINGS if field is not None and name in type(field).meanings],
        types=TYPES,
        blocks=BLOCK_NAMES,
        sensitivities=SENSITIVITY,
        claims=_claims(bench),
        claim_lines=range(CLAIMS),
        rows=rows,
        lacks=lacking(bench.definition, LANGUAGES),
        owner_name=owner_name,
        preview=preview,
        preview_language=wanted,
        said=said,
        P=P,
        languages=LANGUAGES,
        file_kinds=FILE_KINDS,
    )


def _preview(bench: Bench) -> str:
    """Return the section in hand as people see it."""
    at = bench.at
    shown = [one for one in bench.definition.sections if at is not None and (one is at or at in one.fields)]
    try:
        return questions_html(
            CompiledForm(bench.definition, 0),
            Form({" ": ""}),
            languages=bench.edition.languages,
            sections=shown,
            titled=True,
        )
    except ValidationError:
        return ""


def _claims(bench: Bench) -> list[tuple[str, str]]:
    """Return what a line of a condition may claim: each question with each of its answers."""
    found: list[tuple[str, str]] = []
    for field in bench.definition.fields():
        if not field.asks or (bench.at is not None and field.key == bench.at.key):
            continue
        name = owner_name(bench.definition, field.key)
        choices = field.choices()
        if len(choices) <= MOST_CHOICES:
            found += [
                (
                    f"{field.key} = {choice}",
                    _("“%(question)s” is “%(answer)s”", question=name, answer=choice_label(field, choice)),
                )
                for choice in choices
            ]
        found.append((f"{field.key} answered", _("“%(question)s” is answered", question=name)))
    return found
