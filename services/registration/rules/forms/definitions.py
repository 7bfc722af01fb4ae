"""A form as an organiser builds it: sections of fields, with every text by language. It is checked whenever it is made.

The rules here hold for drafts too. What a form needs before people may fill it in says :mod:`.completeness`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Discriminator, Field as Bounds, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from services.registration.rules.forms.conditions import DEEPEST, Condition, Key, depth_of, fields_of
from services.registration.rules.forms.fields.base import Help, Label, Question
from services.registration.rules.forms.fields.choices import Choice, Choices, YesNo
from services.registration.rules.forms.fields.consents import Consent, Explanation, Heading
from services.registration.rules.forms.fields.contacts import Email, Link, Phone
from services.registration.rules.forms.fields.countries import Address, Country
from services.registration.rules.forms.fields.files import File
from services.registration.rules.forms.fields.languages import EventLanguage, LanguageLevels
from services.registration.rules.forms.fields.numbers import Day, Number
from services.registration.rules.forms.fields.rankings import Matrix, Ranking, Scale
from services.registration.rules.forms.fields.texts import LongText, ShortText

Purpose = Literal["application", "acceptance", "evaluation", "other"]
FIELD_TYPES: Final[Mapping[str, type[Question]]] = {
    "short_text": ShortText,
    "long_text": LongText,
    "number": Number,
    "date": Day,
    "email": Email,
    "phone": Phone,
    "link": Link,
    "country": Country,
    "event_language": EventLanguage,
    "language_levels": LanguageLevels,
    "choice": Choice,
    "choices": Choices,
    "ranking": Ranking,
    "yes_no": YesNo,
    "scale": Scale,
    "matrix": Matrix,
    "file": File,
    "address": Address,
    "consent": Consent,
    "heading": Heading,
    "explanation": Explanation,
}
"""Every type there is, in the order in which the builder offers them."""
Field = Annotated[
    ShortText
    | LongText
    | Number
    | Day
    | Email
    | Phone
    | Link
    | Country
    | EventLanguage
    | LanguageLevels
    | Choice
    | Choices
    | Ranking
    | YesNo
    | Scale
    | Matrix
    | File
    | Address
    | Consent
    | Heading
    | Explanation,
    Discriminator("type"),
]
MOST_FIELDS: Final = 200
MOST_SECTIONS: Final = 30
TAKEN: Final = frozenset({
    "csrf_token", "key", "use_email", "email_kept", "version", "form_version", "sent_again", "only", "next", "lang",
    "code", "q", "kept", "step", "go",
})  # fmt: skip
"""Names that inputs of the pages have already."""


class Section(BaseModel):
    """Some questions under a title; in a long form, one step."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: Key
    title: Label = {}
    explanation: Help = {}
    when: Condition | None = None
    fields: tuple[Field, ...] = ()


class Definition(BaseModel):
    """A whole form."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: Label = {}
    explanation: Help = {}
    sections: Annotated[tuple[Section, ...], Bounds(max_length=MOST_SECTIONS)] = ()

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        fields = list(self.fields())
        if len(fields) > MOST_FIELDS:
            raise _fault("too_many_fields", most=MOST_FIELDS)
        keys = [field.key for field in fields]
        for key in keys:
            if keys.count(key) > 1 or key in TAKEN or key.startswith("passphrase"):
                raise _fault("key_taken", key=key)
        sections = [section.key for section in self.sections]
        if len(set(sections)) < len(sections):
            raise _fault("key_taken", key=next(key for key in sections if sections.count(key) > 1))
        meanings = [field.means for field in fields if field.means]
        for meaning in meanings:
            if meanings.count(meaning) > 1:
                raise _fault("means_twice", means=meaning)
        self._conditions_hold({field.key: field for field in fields})
        return self

    def _conditions_hold(self, by_key: Mapping[str, Question]) -> None:
        for asker, condition in self.conditions():
            if depth_of(condition) > DEEPEST:
                raise _fault("too_deep", field=asker, most=DEEPEST)
            for wanted in fields_of(condition):
                if wanted not in by_key or not by_key[wanted].asks:
                    raise _fault("asks_nobody", field=asker, about=wanted)
        try:
            TopologicalSorter(self.depends()).prepare()
        except CycleError as cycle:
            raise _fault("circle", fields=", ".join(dict.fromkeys(map(str, cycle.args[1])))) from cycle

    def fields(self) -> Iterator[Question]:
        """Yield every field in the order in which it stands."""
        for section in self.sections:
            yield from section.fields

    def conditions(self) -> Iterator[tuple[str, Condition]]:
        """Yield each condition with the field or section that it is about."""
        for section in self.sections:
            if section.when is not None:
                yield section.key, section.when
            for field in section.fields:
                if field.when is not None:
                    yield field.key, field.when

    def depends(self) -> dict[str, set[str]]:
        """Return which fields each field waits for: by its own condition and by its section's."""
        return {
            field.key: {*fields_of(section.when), *fields_of(field.when)}
            for section in self.sections
            for field in section.fields
        }

    def in_order(self) -> list[str]:
        """Return the keys of all fields, each after those that it waits for."""
        return list(TopologicalSorter(self.depends()).static_order())

    def field(self, key: str) -> Question | None:
        """Return the field of this key."""
        return next((field for field in self.fields() if field.key == key), None)

    def meaning(self, means: str) -> Question | None:
        """Return the field that means this."""
        return next((field for field in self.fields() if field.means == means), None)

    def kept(self) -> dict[str, Any]:
        """Return it as it is stored: JSON, without what is as always."""
        return self.model_dump(mode="json", exclude_defaults=True) | {
            "sections": [
                {
                    **section.model_dump(mode="json", exclude_defaults=True, exclude={"fields", "when"}),
                    **_rules_of(section),
                    "fields": [_kept_field(field) for field in section.fields],
                }
                for section in self.sections
            ]
        }


def _kept_field(field: Field) -> dict[str, Any]:
    return {"type": field.type, **field.model_dump(mode="json", exclude_defaults=True)} | _rules_of(field)


def _rules_of(field: Question | Section) -> dict[str, Any]:
    """Conditions are told apart by ``rule``, which is always as always."""
    return {} if field.when is None else {"when": field.when.model_dump(mode="json")}


def _fault(kind: str, **values: object) -> PydanticCustomError:
    return PydanticCustomError("form", "form", {"kind": kind, **values})


def faults_of(error: ValidationError) -> list[tuple[str, dict[str, Any]]]:
    """Return what is wrong with a definition as ``(kind, values)``; ``shape`` is what only a machine could send."""
    found = []
    for problem in error.errors(include_url=False):
        told = dict(problem.get("ctx", {})) if problem["type"] == "form" else {"at": problem["loc"]}
        found.append((str(told.pop("kind", "shape")), told))
    return found
