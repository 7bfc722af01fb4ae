"""The first version of the application form, as values: what is asked, how long it may be, what belongs together."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final, NamedTuple, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from shared.people.rules.emails import is_email, needs_other_letters, normal_email
from shared.words.cleaning import clean_line, clean_text, room_for
from shared.words.formats import COUNTRIES

FORM_VERSION: Final = 1
NAME_LENGTH: Final = 200
ORGANISATION_LENGTH: Final = 200
MOTIVATION_LENGTH: Final = 4000
COVER_LENGTH: Final = 1000
COLUMNS: Final = ("name", "called", "email", "country", "organisation", "language")
"""Answers that lists sort and filter by."""


def _line(most: int) -> BeforeValidator:
    return BeforeValidator(lambda value: _cleaned(value, most, clean_line))


def _text(most: int) -> BeforeValidator:
    return BeforeValidator(lambda value: _cleaned(value, most, clean_text))


def _cleaned(value: object, most: int, clean: Callable[[str], str]) -> object:
    """Clean a text; one that is far too long is refused for its length before anything is done with it."""
    return clean(value) if isinstance(value, str) and len(value) <= room_for(most) else value


def _email(value: object) -> object:
    return normal_email(value) if isinstance(value, str) else value


def _code(value: object) -> object:
    return clean_line(value, most=10).upper() if isinstance(value, str) else value


class Answers(BaseModel):
    """One filled-in application, cleaned and bounded. The fields are asked in this order."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=False)

    name: Annotated[str, _line(NAME_LENGTH), Field(min_length=1, max_length=NAME_LENGTH)]
    called: Annotated[str, _line(NAME_LENGTH), Field(max_length=NAME_LENGTH)] = ""
    email: Annotated[str, BeforeValidator(_email), Field(min_length=1)]
    country: Annotated[str, BeforeValidator(_code), Field(min_length=1)]
    organisation: Annotated[str, _line(ORGANISATION_LENGTH), Field(max_length=ORGANISATION_LENGTH)] = ""
    language: Annotated[str, _line(10), Field(min_length=1, max_length=10)]
    motivation: Annotated[str, _text(MOTIVATION_LENGTH), Field(min_length=1, max_length=MOTIVATION_LENGTH)]
    needs_fellowship: bool
    fellowship_cover: Annotated[str, _text(COVER_LENGTH), Field(max_length=COVER_LENGTH)] = ""
    consent: bool

    @model_validator(mode="after")
    def _belongs_together(self) -> Self:
        problems: dict[str, str] = {}
        if not is_email(self.email):
            problems["email"] = _email_problem(self.email)
        if self.country not in COUNTRIES:
            problems["country"] = "country_unknown"
        if self.needs_fellowship and not self.fellowship_cover:
            problems["fellowship_cover"] = "missing"
        if not self.consent:
            problems["consent"] = "consent_missing"
        if problems:
            raise PydanticCustomError("fields", "fields", {"problems": problems})
        return self

    def columns(self) -> dict[str, Any]:
        """Return what lists sort and filter by."""
        return {name: getattr(self, name) for name in COLUMNS}

    def answers(self) -> dict[str, Any]:
        """Return the rest, as it is kept with the form's version. An answer to a question not asked is not kept."""
        return {
            "motivation": self.motivation,
            "needs_fellowship": self.needs_fellowship,
            "fellowship_cover": self.fellowship_cover if self.needs_fellowship else "",
        }


def content_hash(columns: Mapping[str, Any], answers: Mapping[str, Any]) -> str:
    """Return what tells two fillings of the form apart: by :meth:`Answers.columns` and :meth:`Answers.answers`."""
    return hashlib.sha256(json.dumps([columns, answers], sort_keys=True).encode()).hexdigest()


class FormRead(NamedTuple):
    """The answers, or None and what is wrong with them by field."""

    answers: Answers | None
    problems: dict[str, str]


def read_answers(filled: Mapping[str, object], *, languages: list[str]) -> FormRead:
    """Return the answers, or what is wrong as ``{field: problem}``. ``languages`` are those of the edition.

    Problems are ``missing``, ``too_long``, ``unreadable``, ``email_shape``, ``email_letters``, ``country_unknown``,
    ``language_unknown`` and ``consent_missing``; all fields are looked at, so that nobody corrects one at a time.
    """
    problems: dict[str, str] = {}
    answers: Answers | None = None
    try:
        answers = Answers.model_validate(filled)
    except ValidationError as error:
        for problem in error.errors(include_url=False):
            if problem["type"] == "fields":
                problems.update(problem["ctx"]["problems"])
            else:
                problems.setdefault(str(problem["loc"][0]), _problem(problem["type"]))
        problems |= {field: found for field, found in _checked_anyway(filled).items() if field not in problems}
    language = answers.language if answers else filled.get("language")
    if "language" not in problems and language not in languages:
        problems["language"] = "language_unknown"
    return FormRead(None, problems) if problems else FormRead(answers, {})


def _email_problem(address: str) -> str:
    return "email_letters" if needs_other_letters(address) else "email_shape"


def _problem(kind: str) -> str:
    if kind in {"missing", "string_too_short", "too_short"}:
        return "missing"
    return "too_long" if kind in {"string_too_long", "too_long"} else "unreadable"


def _checked_anyway(filled: Mapping[str, object]) -> dict[str, str]:
    """Check what pydantic leaves out once a single field is wrong."""
    found: dict[str, str] = {}
    email, country = filled.get("email"), filled.get("country")
    if isinstance(email, str) and email.strip() and not is_email(normal_email(email)):
        found["email"] = _email_problem(normal_email(email))
    if isinstance(country, str) and country.strip() and _code(country) not in COUNTRIES:
        found["country"] = "country_unknown"
    needs = str(filled.get("needs_fellowship", "")).lower() in {"true", "1", "yes", "on"}
    if needs and not str(filled.get("fellowship_cover", "")).strip():
        found["fellowship_cover"] = "missing"
    if str(filled.get("consent", "")).lower() not in {"true", "1", "yes", "on"}:
        found["consent"] = "consent_missing"
    return found
