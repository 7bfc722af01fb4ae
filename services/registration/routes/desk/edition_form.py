"""The desk's form of an edition. Moments are typed in the edition's own time zone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Any, Final
from zoneinfo import available_timezones

from pydantic import BaseModel, BeforeValidator, Field, field_validator
from werkzeug.datastructures import MultiDict

from services.registration.routes.desk.edition_times import read_times
from shared.people.rules.emails import is_email, normal_email
from shared.schema.registration import Edition
from shared.web.pages.forms import Form, bind
from shared.words.cleaning import clean_line, clean_text
from shared.words.languages import LANGUAGES
from shared.words.numbers import western_digits
from shared.words.sentences import _l
from shared.words.wall_clock import read_day

LENGTHS: Final = {"name": 200, "summary": 500, "description": 20_000}

Line = Annotated[str, BeforeValidator(lambda text: clean_line(text) if isinstance(text, str) else text)]


Day = Annotated[date, BeforeValidator(lambda text: read_day(text) if isinstance(text, str) else text)]
DayOrNone = Annotated[date | None, BeforeValidator(lambda text: read_day(text) if str(text or "").strip() else None)]
Count = Annotated[int, BeforeValidator(lambda text: western_digits(text) if isinstance(text, str) else text)]


class EditionForm(BaseModel):
    """Everything about an edition but its texts, which come per language."""

    slug: Annotated[Line, Field(min_length=2, max_length=60, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    place: Annotated[Line, Field(min_length=1, max_length=200)]
    venue: Annotated[Line, Field(max_length=200)] = ""
    starts_on: Day
    ends_on: Day
    time_zone: str
    languages: list[str] = Field(min_length=1)
    capacity: Count = Field(ge=0, le=100_000)
    over_offer: Count = Field(default=0, ge=0, le=100_000)
    second_releaser: bool = False
    promotes_itself: bool = False
    tells_reserve_place: bool = False
    offer_days: Count = Field(ge=1, le=365)
    heard_by: DayOrNone = None
    remind_days: Count = Field(default=3, ge=0, le=60)
    accent: Annotated[Line, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
    contact: Annotated[Line, Field(min_length=3, max_length=254)]

    @field_validator("time_zone")
    @classmethod
    def _zone_known(cls, zone: str) -> str:
        if zone not in available_timezones():
            raise ValueError(_l("Choose a time zone from the list"))
        return zone


class EditionValues(BaseModel):
    """A form that holds together, with its texts."""

    form: EditionForm
    texts: dict[str, dict[str, str]]
    moments: dict[str, datetime]

    @property
    def slug(self) -> str:
        """The edition's address."""
        return self.form.slug

    def columns(self) -> dict[str, Any]:
        """Return the columns of the edition; moments in UTC."""
        columns = self.form.model_dump(exclude={"slug"})
        return {**columns, **self.moments, **self.texts, "contact": normal_email(self.form.contact)}


@dataclass(frozen=True)
class EditionRead:
    """What was typed, as values, or None where ``form`` says what is wrong.

    ``asks`` are the questions that came up: ``zone_means``, or a time that comes twice with both its moments.
    """

    values: EditionValues | None
    form: Form
    asks: dict[str, tuple[datetime, ...]] = field(default_factory=dict)


def read_edition(submitted: MultiDict[str, str], *, kept: Edition | None = None) -> EditionRead:
    """Return what was typed; ``kept`` is the edition as it stands, where there is one."""
    bound = bind(EditionForm, submitted)
    texts = _texts(submitted)
    typed = Form({**bound.form.values, "languages": submitted.getlist("languages")}, bound.form.errors)
    errors = _together(bound.model, texts) | dict(bound.form.errors)
    zone_name = submitted.get("time_zone", "")
    if zone_name not in available_timezones():
        return EditionRead(None, typed.with_errors(errors))
    times = read_times(submitted, zone_name=zone_name, kept=kept)
    errors |= times.errors
    asks: dict[str, tuple[datetime, ...]] = dict(times.twice)
    if "zone_means" in times.errors:
        asks["zone_means"] = ()
    if bound.model is None or errors:
        return EditionRead(None, typed.with_errors(errors), asks)
    return EditionRead(EditionValues(form=bound.model, texts=texts, moments=times.moments), typed)


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
    if form.heard_by is not None and form.heard_by >= form.starts_on:
        errors["heard_by"] = _l("People have to hear before the first day of the event")
    if set(form.languages) - set(LANGUAGES):
        errors["languages"] = _l("Choose from the list")
    if not is_email(normal_email(form.contact)):
        errors["contact"] = _l("Enter an e-mail address such as name@example.org")
    return errors
