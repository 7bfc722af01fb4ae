"""What the desk's forms and the API send in."""

from __future__ import annotations

import re
from datetime import datetime, tzinfo
from typing import Annotated, Literal, NamedTuple, Self
from urllib.parse import urlsplit
from uuid import UUID

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from pydantic import AfterValidator, BaseModel, Field, StringConstraints, model_validator

from shared.web.pages.forms import SEVERAL_LINES
from shared.words.languages import LANGUAGES
from shared.words.sentences import _l
from shared.words.wall_clock import read_moment, read_partial_day

ShortText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]
Sentences = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000), SEVERAL_LINES]


def _not_ours(slug: str) -> str:
    if slug in {"search", "kept"}:
        raise ValueError(_l("This address is taken by a page of the library; choose another"))
    return slug


Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80), AfterValidator(_not_ours)]
Version = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
PageNumber = Annotated[int, Field(ge=1, le=9999)]
Dated = Annotated[str, Field(max_length=40), AfterValidator(read_partial_day)]


def _spdx(text: str) -> str:
    try:
        return str(canonicalize_license_expression(text)) if text else ""
    except InvalidLicenseExpression as error:
        raise ValueError(
            _l("Enter the short name of a licence, such as CC-BY-4.0, or say it in words as rights")
        ) from error


Licence = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(_spdx)]
"""An SPDX licence expression, written as SPDX writes it."""


def _web_address(text: str) -> str:
    try:
        parts = urlsplit(text)
        named = bool(parts.hostname) and parts.port is not False
    except ValueError:
        named = False
    if text and not (named and parts.scheme in {"http", "https"} and parts.username is None):
        raise ValueError(_l("Enter an address that begins with https:// or http://"))
    return text


Link = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000), AfterValidator(_web_address)]
"""Where a work is that lies elsewhere; nothing but http and https, and no name or password in it."""


class Description(BaseModel):
    """What is said of a publication. Texts are asked for in every language; one title is enough."""

    kind: Literal["reader", "slides", "recording", "handout", "link", "document"] = "reader"
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
    tags: Sentences = ""
    publisher: ShortText = ""
    licence: Licence = ""
    rights: ShortText = ""
    link: Link = ""

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Self:
        if self.kind == "link" and not self.link:
            raise ValueError(_l("Give the address that the link leads to"))
        return self

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

    @property
    def tag_names(self) -> list[str]:
        """Key words, one on a line or between commas."""
        return list(dict.fromkeys(tag for part in re.split(r"[\n,;،]", self.tags) if (tag := part.strip())))

    def _texts(self, kind: str) -> dict[str, str]:
        texts = {code: str(getattr(self, f"{kind}_{code}")) for code in LANGUAGES}
        return {code: text for code, text in texts.items() if text}


class NewPublication(Description):
    """A publication and its first draft."""

    slug: Slug
    edition_id: UUID | None = None
    version: Version
    dated: Dated | None = None


class NewChapter(BaseModel):
    """A chapter of a draft, in one language; ``authors`` one on a line, pages as printed in the whole."""

    number: int = Field(ge=1, le=999)
    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
    language: Literal["en", "fr", "es", "pt", "ar"]
    authors: Sentences = ""
    first_page: PageNumber | None = None
    last_page: PageNumber | None = None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if (self.first_page is None) != (self.last_page is None) or (self.first_page or 0) > (self.last_page or 0):
            raise ValueError(_l("Give the first and the last page, or neither"))
        return self

    @property
    def pages(self) -> dict[str, tuple[int, int]]:
        """Where it stands in the whole, by language."""
        if self.first_page is None or self.last_page is None:
            return {}
        return {self.language: (self.first_page, self.last_page)}


class Withdrawal(BaseModel):
    """Why a release is taken back; staff read it in the history."""

    why: ShortText = ""


class NewRelease(BaseModel):
    """A draft."""

    version: Version
    dated: Dated | None = None


class Upload(BaseModel):
    """Beside the file: what it is. ``chapter_id`` empty: the whole work."""

    language: Literal["en", "fr", "es", "pt", "ar"]
    format: Literal["pdf", "light_pdf", "epub", "text"]
    chapter_id: UUID | None = None


class ShelfChange(BaseModel):
    """A shelf's name, in the language of whoever types it, and its times."""

    name: ShortText = ""
    opens_at: ShortText = ""
    closes_at: ShortText = ""

    def times(self, zone: tzinfo) -> ShelfTimes:
        """Return when the shelf opens and closes, as typed on a clock in ``zone``; empty means always.

        Where a time comes twice, the shelf is open for both. Refuses with :class:`Unreadable`.
        """
        opens_at = read_moment(self.opens_at, zone, later=False) if self.opens_at else None
        closes_at = read_moment(self.closes_at, zone, ends_day=True, later=True) if self.closes_at else None
        return ShelfTimes(opens_at, closes_at)


class Placing(ShelfChange):
    """Putting a publication on a shelf that is there, or on a new one of its edition."""

    shelf_id: UUID | None = None
    rule: Literal["public", "registered", "accepted"] = "accepted"


class ShelfNamed(BaseModel):
    """Which shelf is meant."""

    shelf_id: UUID


class ShelfTimes(NamedTuple):
    """When a shelf opens and closes; None means always."""

    opens_at: datetime | None
    closes_at: datetime | None
