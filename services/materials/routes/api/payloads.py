"""What the desk's forms and the API send in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, field_validator, model_validator

from shared.web.pages.forms import SEVERAL_LINES
from shared.words.languages import LANGUAGES
from shared.words.sentences import _l

ShortText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]
Sentences = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000), SEVERAL_LINES]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
Version = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
Dated = Annotated[str, StringConstraints(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")]

_YEARS: Final = range(1900, 2200)
"""Beyond them clocks and calendars give up."""


class NewPublication(BaseModel):
    """A publication and its first draft. Texts are asked for in every language; one title is enough."""

    slug: Slug
    kind: Literal["reader", "slides", "recording", "document"] = "reader"
    edition_id: UUID | None = None
    version: Version
    dated: Dated | None = None
    title_en: ShortText = ""
    title_fr: ShortText = ""
    title_es: ShortText = ""
    title_pt: ShortText = ""
    title_ar: ShortText = ""
    summary_en: Sentences = ""
    summary_fr: Sentences = ""
    summary_es: Sentences = ""
    summary_pt: Sentences = ""
    summary_ar: Sentences = ""
    contributors: Sentences = ""
    publisher: ShortText = ""
    licence: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.+-]*$", max_length=60)] = ""
    rights: ShortText = ""

    @model_validator(mode="after")
    def _has_a_title(self) -> Self:
        if not self.titles:
            raise ValueError(_l("Give the title in at least one language"))
        return self

    @property
    def titles(self) -> dict[str, str]:
        """The titles that were given, by language."""
        return self._texts("title")

    @property
    def summaries(self) -> dict[str, str]:
        """The summaries that were given, by language."""
        return self._texts("summary")

    @property
    def contributor_names(self) -> list[str]:
        """One name per line, as they are cited."""
        return [name for line in self.contributors.splitlines() if (name := line.strip())]

    def _texts(self, kind: str) -> dict[str, str]:
        texts = {code: str(getattr(self, f"{kind}_{code}")) for code in LANGUAGES}
        return {code: text for code, text in texts.items() if text}


class NewRelease(BaseModel):
    """A draft."""

    version: Version
    dated: Dated | None = None


class Upload(BaseModel):
    """Beside the file: what it is. ``chapter_id`` empty: the whole work."""

    language: Literal["en", "fr", "es", "pt", "ar"]
    format: Literal["pdf", "light_pdf", "epub", "text"]
    chapter_id: UUID | None = None


class Placing(BaseModel):
    """Putting a publication on a shelf that is there, or on a new one of its edition."""

    shelf_id: UUID | None = None
    name: ShortText = ""
    rule: Literal["public", "registered", "accepted"] = "accepted"
    opens_at: datetime | None = Field(default=None)
    closes_at: datetime | None = Field(default=None)

    @field_validator("opens_at", "closes_at")
    @classmethod
    def _in_our_time(cls, moment: datetime | None) -> datetime | None:
        if moment and moment.year not in _YEARS:
            raise ValueError(_l("Enter a real date and time"))
        return moment

    @model_validator(mode="after")
    def _opens_before_it_closes(self) -> Self:
        opens_at, closes_at = self.in_utc(self.opens_at), self.in_utc(self.closes_at)
        if opens_at and closes_at and closes_at <= opens_at:
            raise ValueError(_l("The shelf closes before it opens"))
        return self

    @staticmethod
    def in_utc(moment: datetime | None) -> datetime | None:
        """Return a moment as typed (in UTC when no zone is given), aware."""
        return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)
