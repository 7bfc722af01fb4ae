"""The timeline of somebody about whom much is told: the desk's page of the application, and its look-ups alone."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Final

from lxml import html
from sqlalchemy.orm import Session

from bench.counting import Counted, counting
from bench.crowds import remembered_person, staff_of
from bench.desk import signed_in
from bench.stand import Stand, open_edition
from services.registration.queries.timelines import story_of
from shared.schema.base import new_id
from shared.schema.registration import Application

FACTS: Final = 500
SAMPLES: Final = 40
WARM: Final = 10
"""Answers that are not measured: eight threads in two processes each open their first connection."""
PAGE: Final = "/desk/e/{slug}/applications/{application}"
ENTRIES: Final = "//ol[contains(@class, 'timeline')]/li"


class Timelines:
    """One person with a long history amid a crowd of others, and the browser of an organiser."""

    def __init__(self, stand: Stand) -> None:
        self._stand = stand
        self._edition_id = new_id()
        slug = f"timeline-{self._edition_id.hex}"
        open_edition(stand, edition_id=self._edition_id, slug=slug, capacity=100)
        staff_id = staff_of(stand, edition_id=self._edition_id)
        self._application_id = remembered_person(stand, edition_id=self._edition_id, staff_id=staff_id, facts=FACTS)
        self._path = PAGE.format(slug=slug, application=self._application_id)
        self._browser = signed_in(stand, staff_id)

    def page_milliseconds(self) -> float:
        """Open the page again and again; return the median until the whole of it is there."""
        return _median_milliseconds(self._open)

    def look_up_milliseconds(self) -> float:
        """Ask the database alone, through the service's own look-ups; return the median."""
        with self._stand.database("registration") as database:

            def look_up() -> None:
                with database.reading() as session:
                    self._read(session)

            return _median_milliseconds(look_up)

    def counted_page(self) -> Counted:
        """Return what the page costs PostgreSQL; the least of several, since the clock's rounds may come between."""
        return min((self._counted(self._open) for _ in range(5)), key=lambda one: one.statements)

    def counted_look_up(self) -> Counted:
        """Return what the look-ups alone cost PostgreSQL."""
        with self._stand.database("registration") as database:

            def look_up() -> None:
                with database.reading() as session:
                    self._read(session)

            look_up()  # a new connection asks what it needs to know of the server
            return min((self._counted(look_up) for _ in range(5)), key=lambda one: one.statements)

    def shown(self) -> int:
        """Return how many entries the page shows."""
        page = self._browser.get(self._path).raise_for_status()
        return len(html.fromstring(page.text).xpath(ENTRIES))

    def _open(self) -> None:
        self._browser.get(self._path).raise_for_status()

    def _read(self, session: Session) -> None:
        story_of(session, application=session.get_one(Application, self._application_id))

    def _counted(self, deed: Callable[[], None]) -> Counted:
        with counting(self._stand, service="registration") as counted:
            deed()
        return counted


def _median_milliseconds(deed: Callable[[], None]) -> float:
    took = []
    for _ in range(WARM + SAMPLES):
        began = time.perf_counter()
        deed()
        took.append(1000 * (time.perf_counter() - began))
    return median(took[WARM:])
