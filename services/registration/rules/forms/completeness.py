"""What a form needs before it is published, and which of its texts are missing in which language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from services.registration.rules.forms.definitions import Definition, Purpose
from services.registration.rules.forms.fields.base import Question, Texts
from services.registration.rules.forms.fields.choices import WITH_OPTIONS
from services.registration.rules.forms.fields.numbers import Number
from services.registration.rules.forms.fields.rankings import Matrix, Ranking, Scale

NEEDED: Final = ("name", "email", "consent")
"""What every application has to tell: without a name and an address nobody can be written to."""


class Text(NamedTuple):
    """One text of a form: where it stands, and what there is of it by language."""

    owner: str
    """Key of the section or field it belongs to; empty for the form's own."""
    part: str
    """``title``, ``label``, ``help``, ``explanation``, ``unit``, ``least_label``, or ``options.<key>`` and the like."""
    texts: Texts

    @property
    def address(self) -> str:
        """Where it stands, in one word: for a translator's table."""
        return f"{self.owner}/{self.part}"


class Lack(NamedTuple):
    """A text that is written in some languages and not in ``language``."""

    owner: str
    part: str
    language: str


class Fault(NamedTuple):
    """Why a form cannot be published yet: the kind, and the field it is about."""

    kind: str
    owner: str
    what: str = ""


def texts_of(definition: Definition) -> Iterator[Text]:
    """Yield every text there can be, in the order in which a person meets them."""
    yield Text("", "title", definition.title)
    yield Text("", "explanation", definition.explanation)
    for section in definition.sections:
        yield Text(section.key, "title", section.title)
        yield Text(section.key, "explanation", section.explanation)
        for field in section.fields:
            yield from _of_field(field)


def _of_field(field: Question) -> Iterator[Text]:
    yield Text(field.key, "label", field.label)
    yield Text(field.key, "help", field.help)
    if isinstance(field, Number):
        yield Text(field.key, "unit", field.unit)
    if isinstance(field, Scale):
        yield Text(field.key, "least_label", field.least_label)
        yield Text(field.key, "most_label", field.most_label)
    if isinstance(field, (*WITH_OPTIONS, Ranking)):
        for option in field.options:
            yield Text(field.key, f"options.{option.key}", option.label)
    if isinstance(field, Matrix):
        for row in field.rows:
            yield Text(field.key, f"rows.{row.key}", row.label)
        for column in field.columns:
            yield Text(field.key, f"columns.{column.key}", column.label)


def lacking(definition: Definition, languages: Sequence[str]) -> list[Lack]:
    """Return what is written in one language and missing in another of ``languages``."""
    return [
        Lack(text.owner, text.part, language)
        for text in texts_of(definition)
        if text.texts
        for language in languages
        if language not in text.texts
    ]


def faults(definition: Definition, purpose: Purpose) -> list[Fault]:
    """Return why the form cannot be published: nothing when it can."""
    found: list[Fault] = []
    fields = list(definition.fields())
    if not any(field.asks for field in fields):
        found.append(Fault("asks_nothing", ""))
    if purpose == "application":
        means: Mapping[str, Question] = {field.means: field for field in fields if field.means}
        for needed in NEEDED:
            if needed not in means:
                found.append(Fault("means_missing", "", needed))
            elif not means[needed].required or means[needed].when is not None or _in_condition(definition, needed):
                found.append(Fault("means_optional", means[needed].key, needed))
        found += [Fault("too_early", field.key) for field in fields if field.sensitivity == "special"]
    found += [
        Fault("not_sealable", field.key) for field in fields if field.sensitivity == "special" and not field.seals
    ]
    found += [
        Fault("unnamed", text.owner, text.part)
        for text in texts_of(definition)
        if not text.texts and (text.part == "label" or "." in text.part)
    ]
    found += [Fault("no_options", field.key) for field in fields if _has_nothing_to_choose(field)]
    if len(definition.sections) > 1:
        found += [Fault("unnamed", section.key, "title") for section in definition.sections if not section.title]
    return found


def _in_condition(definition: Definition, means: str) -> bool:
    return any(
        section.when is not None and any(field.means == means for field in section.fields)
        for section in definition.sections
    )


def _has_nothing_to_choose(field: Question) -> bool:
    if isinstance(field, (*WITH_OPTIONS, Ranking)):
        return not field.options
    return isinstance(field, Matrix) and not (field.rows and field.columns)
