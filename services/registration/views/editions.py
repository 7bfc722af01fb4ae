"""An edition as a page shows it: each text in the reader's language, or in the next one that has it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Final
from uuid import UUID

from markupsafe import Markup

from services.registration.queries.editions import published_editions
from services.registration.queries.forms import FormInUse, application_forms
from services.registration.rules.editions import Phase, Wording, phase, wording
from services.registration.rules.forms.library import standard_form
from shared.database import Database
from shared.schema.registration import Edition
from shared.words.formats import language_name
from shared.words.markdown import page_html

FRESH_SECONDS: Final = 2.0
"""How old the published editions may be. The page is the one that many open at once when a mail goes out; within one
process they share one look at the database. Deadlines are checked again, uncached, when an application is handed in."""


@dataclass(frozen=True)
class EditionView:
    """What templates get. ``name`` and the other texts print themselves and know their ``language``."""

    id: UUID
    slug: str
    name: Wording
    summary: Wording
    description: Wording
    place: str
    venue: str
    starts_on: date
    ends_on: date
    time_zone: str
    languages: tuple[str, ...]
    capacity: int
    opens_at: datetime
    closes_at: datetime
    heard_by: date | None
    offer_days: int
    accent: str
    contact: str
    is_published: bool
    phase: Phase

    @property
    def description_html(self) -> Markup:
        """The description as HTML; raw HTML in it is shown, not obeyed."""
        return _rendered(self.description.text)


@lru_cache(maxsize=64)
def _rendered(text: str) -> Markup:
    return Markup(page_html(text))  # noqa: S704 - CommonMark with raw HTML off


def present(edition: Edition, *, language: str, now: datetime) -> EditionView:
    """Return ``edition`` as shown to somebody who reads ``language``."""
    return EditionView(
        id=edition.id,
        slug=edition.slug,
        name=wording(edition.name, language),
        summary=wording(edition.summary, language),
        description=wording(edition.description, language),
        place=edition.place,
        venue=edition.venue,
        starts_on=edition.starts_on,
        ends_on=edition.ends_on,
        time_zone=edition.time_zone,
        languages=tuple(edition.languages),
        capacity=edition.capacity,
        opens_at=edition.opens_at,
        closes_at=edition.closes_at,
        heard_by=edition.heard_by,
        offer_days=edition.offer_days,
        accent=edition.accent,
        contact=edition.contact,
        is_published=edition.published_at is not None,
        phase=phase(
            opens_at=edition.opens_at,
            closes_at=edition.closes_at,
            starts_on=edition.starts_on,
            ends_on=edition.ends_on,
            time_zone=edition.time_zone,
            now=now,
        ),
    )


def own_names(languages: Iterable[str]) -> list[tuple[str, str]]:
    """Return languages as choices, each named in itself as a menu shows it."""
    named = ((code, language_name(code, own=True)) for code in languages)
    return [(code, name[:1].upper() + name[1:]) for code, name in named]


class Showcase:
    """The published editions, looked up at most once in :data:`FRESH_SECONDS` per process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._editions: Sequence[Edition] = ()
        self._forms: Mapping[UUID, FormInUse] = {}
        self._until = 0.0

    def editions(self) -> Sequence[Edition]:
        """Return all published editions, the latest first."""
        if time.monotonic() >= self._until:
            with self._database.reading() as session:
                self._editions = published_editions(session)
                self._forms = application_forms(session, [edition.id for edition in self._editions])
            self._until = time.monotonic() + FRESH_SECONDS
        return self._editions

    def form(self, edition_id: UUID) -> FormInUse:
        """Return the form with which people apply to a published edition; the deed checks that it still is."""
        self.editions()
        return self._forms.get(edition_id) or FormInUse(None, standard_form())

    def look_again(self) -> None:
        """Ask the database the next time, whatever was seen a moment ago."""
        self._until = 0.0

    def edition(self, slug: str) -> Edition | None:
        """Return the published edition at this address."""
        return next((edition for edition in self.editions() if edition.slug == slug), None)
