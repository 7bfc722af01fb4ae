"""The edition that a member of staff works in: the one she chose, or else the one that most people work in now."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from shared.words.languages import text_in


@dataclass(frozen=True)
class DeskPlace:
    """An edition that one may stand in. ``names`` is ``{language: text}``; moments are UTC."""

    id: UUID
    slug: str
    names: dict[str, str]
    is_public: bool
    opens_at: datetime
    closes_at: datetime
    starts_on: date
    ends_on: date
    time_zone: str

    def name_in(self, language: str) -> str:
        """Return the name in ``language``, or in the next best one; the slug where it has no name."""
        return text_in(self.names, language) or self.slug


def read_places(found: Sequence[dict[str, Any]] | None) -> tuple[DeskPlace, ...]:
    """Return the editions that a query gathered as JSON."""
    return tuple(
        DeskPlace(
            id=UUID(row["id"]),
            slug=row["slug"],
            names=row["names"],
            is_public=row["is_public"],
            opens_at=datetime.fromisoformat(row["opens_at"]),
            closes_at=datetime.fromisoformat(row["closes_at"]),
            starts_on=date.fromisoformat(row["starts_on"]),
            ends_on=date.fromisoformat(row["ends_on"]),
            time_zone=row["time_zone"],
        )
        for row in found or ()
    )


def place_among(places: Collection[DeskPlace], *, chosen: UUID | None, now: datetime) -> DeskPlace | None:
    """Return where somebody stands who may work in ``places``: in the edition she chose, while it is one of them.

    Who chose none stands in the public edition that takes applications; failing that in the next public one, then in
    the last public one. An unpublished edition takes the desk over only where there is no public one at all.
    """
    for place in places:
        if place.id == chosen:
            return place
    public = [place for place in places if place.is_public]
    taking = [place for place in public if place.opens_at <= now < place.closes_at]
    coming = [place for place in public if place.ends_on >= now.date()]
    for soonest in (taking, coming):
        if soonest:
            return min(soonest, key=lambda place: (place.starts_on, place.slug))
    return max(public or places, key=lambda place: (place.starts_on, place.slug), default=None)
