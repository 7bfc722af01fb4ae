"""Answers as people read them: on the applicant's page, on the desk, side by side in a difference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from markupsafe import Markup

from services.registration.rules.editions import wording
from services.registration.rules.forms.compiled import CompiledForm
from services.registration.rules.forms.fields.base import Question
from services.registration.rules.forms.fields.choices import OTHER, WITH_OPTIONS
from services.registration.rules.forms.fields.countries import PARTS
from services.registration.rules.forms.fields.files import File
from services.registration.rules.forms.fields.numbers import Number
from services.registration.rules.forms.fields.rankings import Matrix, Ranking
from services.registration.views.questions import NATIVE, choice_label, said
from shared.words.formats import bdi, country_name, format_date, format_list, language_name
from shared.words.languages import current_locale
from shared.words.numbers import format_file_size, format_number
from shared.words.sentences import _

FILE: Final = "{}"
"""Stands for a file's id in an address."""


def answer_lines(
    form: CompiledForm,
    columns: Mapping[str, Any],
    answers: Mapping[str, Any],
    *,
    leave_out: Sequence[str] = (),
    files_at: str = "",
) -> list[tuple[object, object]]:
    """Return each question with its answer, in the form's order; what was not asked of somebody is left out.

    ``leave_out`` are meanings that the page shows in places of their own; ``files_at`` is the address at which the
    reader of this page opens a file, with :data:`FILE` in place of its id.
    """
    values = form.values(columns, answers)
    return [
        (said(field.label), shown(field, values.get(key), files_at=files_at))
        for key, field in form.by_key.items()
        if field.means not in {"consent", *leave_out} and (key in values or field.when is None)
    ]


def labels_of(form: CompiledForm) -> dict[str, object]:
    """Return what each field is called, by its key and by what it means."""
    labels = {key: said(field.label) for key, field in form.by_key.items()}
    return labels | {field.means: labels[key] for key, field in form.by_key.items() if field.means}


def differences_in(form: CompiledForm, details: Mapping[str, Any]) -> Markup:
    """Return ``{field: [before, after]}`` as lines that show both, in the reader's words."""
    fields: dict[str, Question] = {field.means: field for field in form.by_key.values() if field.means}
    fields |= form.by_key
    labels = labels_of(form)
    lines = []
    for name, pair in details.items():
        if not (isinstance(pair, list) and len(pair) == len(("before", "after"))):
            continue
        field = fields.get(name)
        before, after = (shown(field, value) if field else str(value or "") for value in pair)
        lines.append(
            Markup("<dt>{}</dt><dd><del>{}</del> <ins>{}</ins></dd>").format(labels.get(name, name), before, after)
        )
    return Markup('<dl class="differences">{}</dl>').format(Markup("").join(lines)) if lines else Markup("")


def shown(field: Question, value: Any, *, files_at: str = "") -> object:
    """Return one answer as the reader's language writes it; empty text for none. ``files_at``: see above."""
    if value is None or value == "":
        return ""
    try:
        return _file(value, files_at) if isinstance(field, File) else _shown(field, value)
    except (AttributeError, KeyError, TypeError, ValueError):
        return str(value)  # given to a version in which the field was of another type


def _file(value: Any, files_at: str) -> Markup:
    size = format_file_size(value["size"])
    if not files_at:
        return Markup("{} ({})").format(bdi(value["name"]), size)
    return Markup('<a href="{}">{}</a> ({})').format(files_at.format(value["file"]), bdi(value["name"]), size)


def _shown(field: Question, value: Any) -> object:
    if isinstance(field, WITH_OPTIONS):
        chosen = value if isinstance(value, list) else [value]
        return format_list([_choice(field, one) for one in chosen])
    if isinstance(field, Ranking):
        wishes = [
            _("%(place)s. %(wish)s", place=format_number(number), wish=choice_label(field, key))
            for number, key in enumerate(value, 1)
        ]
        return Markup("<br>").join(wishes)
    if isinstance(field, Matrix):
        rows = {row.key: row.label for row in field.rows}
        columns = {column.key: column.label for column in field.columns}
        lines = [
            _("%(question)s: %(answer)s", question=_in(rows[row]), answer=_in(columns[column]))
            for row, column in value.items()
        ]
        return Markup("<br>").join(lines)
    return _plain(field, value)


def _plain(field: Question, value: Any) -> object:  # noqa: PLR0911 - one line for each type
    match field.type:
        case "yes_no":
            return _("Yes") if value else _("No")
        case "consent":
            return _("Agreed: “%(wording)s”", wording=value["wording"])
        case "country":
            return country_name(value)
        case "event_language":
            return language_name(value)
        case "language_levels":
            spoken = [
                f"{language_name(code)} ({NATIVE if level == 'native' else level})" for code, level in value.items()
            ]
            return format_list(spoken)
        case "date":
            return format_date(date.fromisoformat(value))
        case "number":
            assert isinstance(field, Number)  # noqa: S101 - the type says so
            unit = wording(field.unit, current_locale()).text
            return f"{format_number(value, field.decimals)} {unit}".strip()
        case "scale":
            return format_number(value)
        case "address":
            parts = [value[part] for part in PARTS if part in value and part != "country"]
            return bdi("\n".join([*parts, country_name(value["country"])]))
        case _:
            return bdi(value)


def _choice(field: Question, value: Any) -> str:
    return str(value[OTHER]) if isinstance(value, dict) else choice_label(field, value)


def _in(texts: Mapping[str, str]) -> str:
    return wording(texts, current_locale()).text
