"""The desk's form of an edition. Moments are typed in the edition's own time zone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, BeforeValidator, Field, field_validator, model_validator
from werkzeug.datastructures import MultiDict

from services.registration.rules.editions import YEARS
from shared.people.rules.emails import is_email, normal_email
from shared.web.pages.forms import Bound, Form, bind
from shared.words.cleaning import clean_line, clean_text
from shared.words.languages import LANGUAGES
from shared.words.sentences import _l

LENGTHS: Final = {"name": 200, "summary": 500, "description": 20_000}

Line = Annotated[str, BeforeValidator(lambda text: clean_line(text) if isinstance(text, str) else text)]


class EditionForm(BaseModel):
    """Everything about an edition but its texts, which come per language."""

    slug: Annotated[Line, Field(min_length=2, max_length=60, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    place: Annotated[Line, Field(min_length=1, max_length=200)]
    venue: Annotated[Line, Field(max_length=200)] = ""
    starts_on: date
    ends_on: date
    time_zone: str
    languages: list[str] = Field(min_length=1)
    capacity: int = Field(ge=0, le=100_000)
    over_offer: int = Field(default=0, ge=0, le=100_000)
    opens_at: datetime
    closes_at: datetime
    offer_days: int = Field(ge=1, le=365)
    accent: Annotated[Line, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
    contact: Annotated[Line, Field(min_length=3, max_length=254)]

    @model_validator(mode="after")
    def _zone_known(self) -> Self:
        if self.time_zone not in available_timezones():
            raise ValueError(_l("Choose a time zone from the list"))
        return self

    @field_validator("starts_on", "ends_on", "opens_at", "closes_at")
    @classmethod
    def _in_our_time(cls, day: date) -> date:
        if day.year not in YEARS:
            raise ValueError(_l("Enter a real date, with day, month and year"))
        return day


class EditionValues(BaseModel):
    """A form that holds together, with its texts."""

    form: EditionForm
    texts: dict[str, dict[str, str]]

    @property
    def slug(self) -> str:
        """The edition's address."""
        return self.form.slug

    def columns(self) -> dict[str, Any]:
        """Return the columns of the edition; moments in UTC."""
        zone = ZoneInfo(self.form.time_zone)
        columns = self.form.model_dump(exclude={"slug"})
        for name in ("opens_at", "closes_at"):
            columns[name] = columns[name].replace(tzinfo=zone).astimezone(UTC)
        return {**columns, **self.texts, "contact": normal_email(self.form.contact)}


def read_edition(submitted: MultiDict[str, str]) -> Bound[EditionValues]:
    """Return what was typed as values, or None and the form that says what is wrong."""
    bound = bind(EditionForm, submitted)
    texts = _texts(submitted)
    typed = Form({**bound.form.values, "languages": submitted.getlist("languages")}, bound.form.errors)
    errors = _together(bound.model, texts) | dict(bound.form.errors)
    if bound.model is None or errors:
        return Bound(None, typed.with_errors(errors))
    return Bound(EditionValues(form=bound.model, texts=texts), typed)


def _texts(submitted: Mapping[str, str]) -> dict[str, dict[str, str]]:
    found = {
        text: {code: clean_text(submitted.get(f"{text}_{code}", ""), most=length) for code in LANGUAGES}
        for text, length in LENGTHS.items()
    }
    return {text: {code: words for code, words in by_code.items() if words} for text, by_code in found.items()}


def _together(form: EditionForm | None, texts: dict[str, dict[str, str]]) -> dict[str, object]:
    errors: dict[str, object] = {}
    if not texts["name"]:
        errors["name_en"] = _l("Give the edition a name in at least one language")
    if form is None:
        return errors
    if form.ends_on < form.starts_on:
        errors["ends_on"] = _l("The last day is not before the first")
    if form.closes_at.replace(tzinfo=None) <= form.opens_at.replace(tzinfo=None):
        errors["closes_at"] = _l("The deadline comes after the opening")
    if set(form.languages) - set(LANGUAGES):
        errors["languages"] = _l("Choose from the list")
    if not is_email(normal_email(form.contact)):
        errors["contact"] = _l("Enter an e-mail address such as name@example.org")
    return errors
