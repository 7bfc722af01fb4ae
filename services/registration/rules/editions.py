from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from shared.machines import machine
from shared.words.languages import best_language

Phase = Literal["announced", "open", "closed", "running", "over"]


EDITION: Final = machine(
    "registration.edition",
    begins="unpublished",
    moves={"unpublished": "published", "published": "unpublished"},
    mark="published_at",
)


@dataclass(frozen=True)
class Wording:
    """A text and the language it is really in."""

    text: str
    language: str

    def __str__(self) -> str:
        return self.text


def wording(texts: Mapping[str, str], language: str) -> Wording:
    """Return the text in ``language``, or in the language that stands in for it, so that a page can mark it."""
    filled = {code: text for code, text in texts.items() if text.strip()}
    best = best_language(filled, wanted=language)
    return Wording("", language) if best is None else Wording(filled[best], best)


def missing_languages(texts: Mapping[str, str], languages: Iterable[str]) -> list[str]:
    """Return the languages that have no text of their own."""
    return [language for language in languages if not texts.get(language, "").strip()]


def phase(
    *, opens_at: datetime, closes_at: datetime, starts_on: date, ends_on: date, time_zone: str, now: datetime
) -> Phase:
    """Return where an edition stands. Its days are days in its own time zone."""
    if now.astimezone(ZoneInfo(time_zone)).date() > ends_on:
        return "over"
    if has_begun(starts_on=starts_on, time_zone=time_zone, now=now):
        return "running"
    if now < opens_at:
        return "announced"
    return "open" if now < closes_at else "closed"


def has_begun(*, starts_on: date, time_zone: str, now: datetime) -> bool:
    """Say whether the first day of an edition has come, in its own time zone."""
    return now.astimezone(ZoneInfo(time_zone)).date() >= starts_on


def moved(moment: datetime, *, days: int, time_zone: str) -> datetime:
    """Return the moment ``days`` later at which clocks in the zone show the same time, in UTC.

    Where that time does not exist or comes twice, it is read with the distance from UTC before the change.
    """
    local = moment.astimezone(ZoneInfo(time_zone)).replace(tzinfo=None) + timedelta(days=days)
    return local.replace(tzinfo=ZoneInfo(time_zone)).astimezone(UTC)


def takes_applications(*, opens_at: datetime, closes_at: datetime, published: bool, now: datetime) -> bool:
    """Say whether a new application may be handed in at this moment."""
    return published and opens_at <= now < closes_at
