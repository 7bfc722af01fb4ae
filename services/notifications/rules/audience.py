"""Whom a campaign is for: a rule over live data, kept with the campaign and turned into rows at launch."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shared.words.languages import best_language

Locale = Literal["en", "fr", "es", "pt", "ar"]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]


class Standing(StrEnum):
    """Where a person stands in an edition, in the words of the desk."""

    APPLIED = "applied"
    """Submitted an application that is not withdrawn, whatever was decided."""
    WAITING = "waiting"
    """Submitted, and nothing released yet."""
    OFFERED = "offered"
    """Holds an offer not answered yet."""
    ACCEPTED = "accepted"
    """Took a place, confirmed or not."""
    CONFIRMED = "confirmed"
    """Took a place that is confirmed."""
    RESERVE = "reserve"
    """On the reserve list."""
    DECLINED = "declined"
    """Told that there is no place."""


class AudienceRule(BaseModel):
    """All conditions must hold; an empty condition is no condition, but somebody has to be named by her standing.

    ``standings`` any of them; ``download`` with ``publication_id``: has or has not downloaded any rendition of that
    publication; ``locales`` the person's language; ``countries`` ISO 3166-1 alpha-2 codes of the application.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    standings: tuple[Standing, ...] = Field(min_length=1)
    download: Literal["any", "has", "has_not"] = "any"
    publication_id: UUID | None = None
    locales: tuple[Locale, ...] = ()
    countries: tuple[Country, ...] = ()

    @property
    def asks_about_downloads(self) -> bool:
        """Whether the rule depends on who downloaded what."""
        return self.download != "any" and self.publication_id is not None


def rule_in(kept: Mapping[str, Any]) -> AudienceRule | None:
    """Return the rule that a campaign keeps, or None while nobody has chosen whom it is for."""
    return AudienceRule.model_validate(kept) if kept else None


def text_locale(wanted: str, available: list[str]) -> str:
    """Return the language a person gets: her own where the text exists, else the one that stands in for it."""
    return best_language(available, wanted=wanted) or available[0]
