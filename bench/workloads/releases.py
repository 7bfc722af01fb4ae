"""A release of ten thousand decisions, pressed at the desk, while somebody else works at the desk."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from threading import Event, Thread
from typing import Final
from uuid import UUID

import httpx
import psycopg
from psycopg.rows import TupleRow

from bench.counting import Counted, counting
from bench.crowds import ACCEPTS, DECISIONS, propose_batch, staff_of
from bench.desk import Answers, ask_for, asking, form_leading_to, signed_in
from bench.load import LoadFailed
from bench.stand import Stand, open_edition
from shared.schema.base import new_id
from stack.addresses import libpq_url

BATCH: Final = "/desk/e/{slug}/decisions/release"
RELEASE: Final = "/release"
"""How the address ends that the form on the page of the batch leads to."""
PAGES: Final = ("/desk", "/desk/e/{slug}/applications", "/desk/e/{slug}/applications/{application}")
AT_REST: Final = 5.0
LONGEST: Final = 300.0

DONE: Final = """
SELECT (SELECT count(*) FROM registration.decision WHERE edition_id = %(edition)s AND state = 'released'),
    (SELECT count(*) FROM registration.offer WHERE edition_id = %(edition)s AND state = 'offered')
"""
OPEN_FOR: Final = """
SELECT coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)), 0) FROM pg_stat_activity
WHERE usename = 'academy_registration' AND backend_xid IS NOT NULL
"""
"""The longest open transaction that has written; readers hold nobody up."""


@dataclass(frozen=True)
class Released:
    """What one release took, in seconds, and what the desk answered at rest and meanwhile."""

    shown: float
    answered: float
    status: str
    took: float
    longest: float
    at_rest: Answers
    meanwhile: Answers
    counted: Counted

    @property
    def wrong(self) -> list[str]:
        """What was answered otherwise than expected, the release's own answer among them."""
        own = [] if self.status in {"302", "303"} else [f"the release itself: {self.status}"]
        return [*own, *self.at_rest.wrong, *self.meanwhile.wrong]


@dataclass(frozen=True)
class Batch:
    """One edition whose decisions wait to be released, and its organiser's two browsers."""

    edition_id: UUID
    slug: str
    presser: httpx.Client
    onlooker: httpx.Client


class Releases:
    """Releases one after the other, each of an edition of its own, when the worker has nothing left to do."""

    def __init__(self, stand: Stand) -> None:
        self._stand = stand

    def measured(self, *, alone: bool = False) -> Released:
        """Release a batch while the desk is asked; ``alone`` nobody asks, so that each statement is the release's."""
        self._stand.wait_for_rest()
        batch = self._batch()
        with self._connection() as connection:
            [application] = connection.execute(
                "SELECT id FROM registration.application WHERE edition_id = %s LIMIT 1", [batch.edition_id]
            ).fetchone() or (None,)
            paths = [path.format(slug=batch.slug, application=application) for path in PAGES]
            at_rest = Answers() if alone else ask_for(batch.onlooker, paths, seconds=AT_REST)
            began = time.perf_counter()
            page = batch.presser.get(BATCH.format(slug=batch.slug)).raise_for_status()
            shown = time.perf_counter() - began
            address, fields = form_leading_to(page, RELEASE)
            with (
                counting(self._stand, service="registration") as counted,
                nullcontext(Answers()) if alone else asking(batch.onlooker, paths) as meanwhile,
                self._watching() as longest,
            ):
                began = time.perf_counter()
                status = _press(batch.presser, address, fields)
                answered = time.perf_counter() - began
                self._wait(connection, batch.edition_id, began)
                took = time.perf_counter() - began
        return Released(shown, answered, status, took, max(longest), at_rest, meanwhile, counted)

    def _batch(self) -> Batch:
        edition_id = new_id()
        slug = f"release-{edition_id.hex}"
        open_edition(self._stand, edition_id=edition_id, slug=slug, capacity=ACCEPTS + 100)
        staff_id = staff_of(self._stand, edition_id=edition_id)
        propose_batch(self._stand, edition_id=edition_id, staff_id=staff_id)
        return Batch(edition_id, slug, signed_in(self._stand, staff_id), signed_in(self._stand, staff_id))

    def _connection(self) -> psycopg.Connection[TupleRow]:
        return psycopg.connect(libpq_url(self._stand.owner_url), autocommit=True)

    def _wait(self, connection: psycopg.Connection[TupleRow], edition_id: UUID, began: float) -> None:
        """Return when everything is released, also what goes on after the page has answered."""
        while True:
            found = connection.execute(DONE, {"edition": edition_id}).fetchone()
            if found == (DECISIONS, ACCEPTS):
                return
            if time.perf_counter() - began > LONGEST:
                raise LoadFailed(f"released and offered after {LONGEST:.0f} s: {found}")
            time.sleep(0.05)

    @contextmanager
    def _watching(self) -> Iterator[list[float]]:
        """Look every hundredth of a second how long transactions have been open."""
        seen, over = [0.0], Event()

        def look() -> None:
            with self._connection() as connection:
                while not over.wait(0.01):
                    seen.append(float((connection.execute(OPEN_FOR).fetchone() or (0,))[0]))

        watcher = Thread(target=look, daemon=True)
        watcher.start()
        try:
            yield seen
        finally:
            over.set()
            watcher.join(10)


def _press(browser: httpx.Client, address: str, fields: dict[str, str]) -> str:
    """Send the form; return the status, or the kind of failure: the release may go on without us."""
    try:
        return str(browser.post(address, data=fields).status_code)
    except httpx.HTTPError as reason:
        return type(reason).__name__
