"""Questions as a page asks them: every text in the reader's language, each condition in words."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup

from services.registration.rules.editions import wording
from services.registration.rules.forms.compiled import CompiledForm
from services.registration.rules.forms.conditions import AllOf, Answered, AnyOf, Between, Condition, Is, Knows, Not
from services.registration.rules.forms.definitions import Definition, Section
from services.registration.rules.forms.fields.base import Question, Texts
from services.registration.rules.forms.fields.choices import OTHER, WITH_OPTIONS, Choice, YesNo
from services.registration.rules.forms.fields.consents import Explanation
from services.registration.rules.forms.fields.countries import PARTS, Address, Country
from services.registration.rules.forms.fields.files import MEDIA, File
from services.registration.rules.forms.fields.languages import LEVELS, EventLanguage, LanguageLevels
from services.registration.rules.forms.fields.numbers import Number
from services.registration.rules.forms.fields.rankings import Matrix, Ranking, Scale
from services.registration.rules.forms.fields.texts import LongText
from services.registration.views.editions import own_names
from services.registration.views.known_people import KNOWN
from shared.words.formats import country_name, format_list, language_name
from shared.words.languages import current_locale, text_direction
from shared.words.markdown import page_html
from shared.words.numbers import format_number
from shared.words.sentences import LazyText, _, _l

PARTS_OF_ADDRESS: Final[Mapping[str, tuple[LazyText, str]]] = {
    "street": (_l("Street and number, or box"), "street-address"),
    "postcode": (_l("Postcode"), "postal-code"),
    "town": (_l("Town"), "address-level2"),
    "region": (_l("Region or state"), "address-level1"),
    "country": (_l("Country"), "country"),
}
FILE_KINDS: Final[Mapping[str, LazyText]] = {
    "pdf": _l("PDF"),
    "picture": _l("picture (JPEG, PNG, WebP, HEIC)"),
    "document": _l("text document (DOCX, ODT)"),
}
NATIVE: Final = _l("native language")
OTHER_LABEL: Final = _l("Something else")
_AUTOCOMPLETE: Final = {
    "name": "name", "email": "email", "country": "country", "organisation": "organization", "phone": "tel",
}  # fmt: skip
"""What browsers know of people (HTML, autofill), by meaning or type."""


@dataclass(frozen=True)
class QuestionView:
    """One field of a page. ``options`` are ``(value, label)``; ``rows`` the questions of one with several."""

    key: str
    type: str
    label: object
    hint: object
    required: bool
    options: Sequence[tuple[str, object]] = ()
    rows: Sequence[tuple[str, object]] = ()
    limit: int = 0
    lines: int = 0
    autocomplete: str = ""
    other: bool = False
    as_list: bool = False
    unit: object = ""
    decimals: bool = False
    condition: str = ""
    """In words, when the question is asked of some only."""
    rule: str = ""
    """The same for the page's script, as JSON."""
    fixed: bool = False
    """Whether the answer stands and cannot be typed over: the address of somebody signed in."""
    body: object = ""
    accept: str = ""
    """Which files browsers offer to choose (HTML, file upload)."""


@dataclass(frozen=True)
class SectionView:
    """Some questions under a title."""

    key: str
    title: object
    explanation: object
    condition: str
    rule: str
    questions: Sequence[QuestionView]


def said(texts: Texts) -> object:
    """Return a text in the reader's language, or in the next one that has it, marked as that."""
    found = wording(texts, current_locale())
    if found.language == current_locale() or not found.text:
        return found.text
    marked = Markup('<span lang="{}" dir="{}">{}</span>')
    return marked.format(found.language, text_direction(found.language), found.text)


def _explained(texts: Texts) -> object:
    found = wording(texts, current_locale())
    return Markup(page_html(found.text)) if found.text else ""  # noqa: S704 - CommonMark with raw HTML off


def sections_of(
    form: CompiledForm,
    *,
    languages: Sequence[str],
    sections: Sequence[Section] | None = None,
    leave_out: frozenset[str] = frozenset(),
    fixed: frozenset[str] = frozenset(),
) -> list[SectionView]:
    """Return the sections as a page asks them; fields whose meaning is in ``leave_out`` or ``fixed`` are not typed."""
    return [
        SectionView(
            key=section.key,
            title=said(section.title),
            explanation=_explained(section.explanation),
            condition=_only_if(form.definition, section.when),
            rule=_for_script(section.when),
            questions=[
                question_of(
                    form.definition, field, languages=languages, fixed=bool(field.means) and field.means in fixed
                )
                for field in section.fields
                if not field.means or field.means not in leave_out
            ],
        )
        for section in (form.definition.sections if sections is None else sections)
    ]


def question_of(definition: Definition, field: Any, *, languages: Sequence[str], fixed: bool = False) -> QuestionView:
    """Return one field as a page asks it."""
    return QuestionView(
        key=field.key,
        type=field.type,
        label=said(field.label),
        hint="" if field.type == "explanation" else said(field.help),
        required=field.required,
        autocomplete=_AUTOCOMPLETE.get(field.means or field.type, ""),
        condition=_only_if(definition, field.when),
        rule=_for_script(field.when),
        fixed=fixed,
        **_choosing(field, languages),
        **_writing(field),
    )


def _choosing(field: Any, languages: Sequence[str]) -> dict[str, Any]:
    """Return what a question with choices shows beside its label."""
    if isinstance(field, WITH_OPTIONS):
        as_list = isinstance(field, Choice) and field.shown == "list"
        return {"options": _options(field), "other": field.other, "as_list": as_list}
    if isinstance(field, Ranking):
        return {"options": [(option.key, said(option.label)) for option in field.options]}
    if isinstance(field, Matrix):
        return {
            "rows": [(row.key, said(row.label)) for row in field.rows],
            "options": [(column.key, said(column.label)) for column in field.columns],
        }
    if isinstance(field, Scale):
        return {"options": _steps(field)}
    if isinstance(field, EventLanguage):
        return {"options": own_names(languages)}
    return {"options": [("yes", _("Yes")), ("no", _("No"))]} if isinstance(field, YesNo) else {}


def _writing(field: Any) -> dict[str, Any]:
    """Return what a question that is answered in words or parts shows beside its label."""
    if isinstance(field, LanguageLevels):
        return {
            "rows": [(code, language_name(code)) for code in field.languages],
            "options": [(level, NATIVE if level == "native" else level) for level in LEVELS],
        }
    if isinstance(field, LongText):
        return {"limit": field.most, "lines": field.rows}
    if isinstance(field, Number):
        return {"unit": said(field.unit), "decimals": bool(field.decimals)}
    if isinstance(field, Address):
        return {"rows": [(part, PARTS_OF_ADDRESS[part]) for part in PARTS]}
    if isinstance(field, File):
        return _taking(field)
    return {"body": _explained(field.help)} if isinstance(field, Explanation) else {}


def _taking(field: File) -> dict[str, Any]:
    """Return what a question for a file shows: the kinds and the size it takes."""
    kinds = format_list([str(FILE_KINDS[kind]) for kind in field.kinds], "or")
    return {
        "limit": field.limit,
        "accept": ",".join(sorted(one for kind in field.kinds for one in MEDIA[kind])),
        "body": _("%(kinds)s, at most %(megabytes)s MB", kinds=kinds, megabytes=format_number(field.most_mb)),
    }


def _options(field: Any) -> list[tuple[str, object]]:
    named: list[tuple[str, object]] = [(option.key, said(option.label)) for option in field.options]
    return [*named, (OTHER, OTHER_LABEL)] if field.other else named


def _steps(field: Scale) -> list[tuple[str, object]]:
    steps: list[tuple[str, object]] = [
        (str(number), format_number(number)) for number in range(field.least, field.most + 1)
    ]
    ends = {0: field.least_label, len(steps) - 1: field.most_label}
    for place, texts in ends.items():
        if texts:
            value, number = steps[place]
            steps[place] = (value, _("%(number)s: %(meaning)s", number=number, meaning=said(texts)))
    return steps


def choice_label(field: Question, choice: str) -> str:
    """Return a choice that a condition or a filter names, in the reader's language."""
    if choice == OTHER:
        return str(OTHER_LABEL)
    if isinstance(field, (*WITH_OPTIONS, Ranking)):
        found = next((option for option in field.options if option.key == choice), None)
        return wording(found.label, current_locale()).text if found else choice
    if field.type in {"yes_no", "consent"}:
        return str(_("Yes") if choice == "yes" else _("No"))
    if isinstance(field, Country):
        return country_name(choice)
    if isinstance(field, EventLanguage):
        return language_name(choice)
    return choice


def condition_words(definition: Definition, condition: Condition) -> str:
    """Return a condition as part of a sentence."""
    if isinstance(condition, (AllOf, AnyOf)):
        parts = [condition_words(definition, part) for part in condition.parts]
        return format_list(parts, "or" if isinstance(condition, AnyOf) else "standard")
    if isinstance(condition, Not):
        return str(_("not: %(rule)s", rule=condition_words(definition, condition.part)))
    if isinstance(condition, Knows):
        return format_list([str(KNOWN.get((condition.about, value), value)) for value in condition.values], "or")
    field = definition.field(condition.field)
    question = wording(field.label, current_locale()).text if field else condition.field
    if isinstance(condition, Answered) or field is None:
        return str(_("“%(question)s” is answered", question=question))
    if isinstance(condition, Is):
        answers = format_list([f"“{choice_label(field, value)}”" for value in condition.values], "or")
        return str(_("the answer to “%(question)s” is %(answers)s", question=question, answers=answers))
    return _between(question, condition)


def _between(question: str, condition: Between) -> str:
    least, most = (None if one is None else format_number(float(one)) for one in (condition.least, condition.most))
    if least is not None and most is not None:
        return str(_("“%(question)s” is from %(least)s to %(most)s", question=question, least=least, most=most))
    if least is not None:
        return str(_("“%(question)s” is %(least)s or more", question=question, least=least))
    return str(_("“%(question)s” is %(most)s or less", question=question, most=most))


def _only_if(definition: Definition, condition: Condition | None) -> str:
    return str(_("Only if %(rule)s:", rule=condition_words(definition, condition))) if condition else ""


def _for_script(condition: Condition | None) -> str:
    return json.dumps(condition.model_dump(mode="json", exclude_none=True)) if condition else ""
