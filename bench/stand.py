"""The test stand: a whole stack with production settings on free ports, and the people whom the workloads need."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal
from uuid import UUID

import psycopg
from flask import Flask
from sqlalchemy import insert, text

from bench.processor import processor_seconds
from shared.clock import now
from shared.database import Database
from shared.people.actions.sessions import open_session
from shared.schema import everything as everything  # noqa: PLC0414 - rows refer to tables of other owners
from shared.schema.base import new_id
from shared.schema.registration import Edition
from shared.web.door.sessions import Cookie
from stack.addresses import libpq_url
from stack.places import Places
from stack.readiness import status_of
from stack.running import Stack
from stack.screen import Screen

SLUG = "bench"
ENOUGH_ANSWERS = 40
LOOK_SECONDS = 0.5
CALM_LOOKS = 2
IDLE_SHARE = 0.2
"""Of one processor: clock, worker and postmen look around all the time, and use less than this for it."""


@dataclass(frozen=True)
class Stand:
    """One running stack with an edition open for applications."""

    stack: Stack
    folder: Path
    edition_id: UUID
    sink_port: int

    @property
    def gateway(self) -> str:
        """Where wrk connects."""
        return f"http://127.0.0.1:{self.stack.outline.ports.gateway}"

    @property
    def owner_url(self) -> str:
        """The database as its owner."""
        return self.stack.outline.addresses.owner_url

    def role_url(self, service: str) -> str:
        """Return the database as one service sees it."""
        return self.stack.outline.addresses.role_url(service, self.stack.outline.keys)

    @contextmanager
    def database(self, service: str = "") -> Iterator[Database]:
        """Log in as a service, or as the owner."""
        with opened_database(self.role_url(service) if service else self.owner_url) as database:
            yield database

    def people(self, count: int) -> list[UUID]:
        """Make people with places in the edition, half of them reading French; return their ids."""
        with self.database() as database, database.transaction() as session:
            ids = session.scalars(text(_PEOPLE), {"count": count, "stamp": str(new_id()), "edition": self.edition_id})
            return list(ids)

    def cookie_of(self, person_id: UUID, *, means: Literal["link", "staff"] = "link") -> str:
        """Open a session for the person; return the Cookie header of their browser."""
        with self.database("registration") as database, database.transaction() as session:
            secret = open_session(session, person_id=person_id, means=means, now=now())
        app = Flask(__name__)
        app.secret_key = self.stack.outline.keys.secret_key
        serializer = Cookie("academy").get_signing_serializer(app)
        assert serializer is not None  # noqa: S101 - there is a key
        return f"academy={serializer.dumps({'_permanent': True, 's': secret})}"

    def wait_for_rest(self, *, seconds: float = 600) -> None:
        """Return when nothing of what was done before is still under way: it would disturb what is measured next.

        No entry waits, no mail is to be sent, and for a second in a row the parts used hardly any processor time.
        """
        end, calm = time.monotonic() + seconds, 0
        while calm < CALM_LOOKS:
            self.wait_until_done(seconds=end - time.monotonic())
            used, began = processor_seconds(self.stack), time.monotonic()
            time.sleep(LOOK_SECONDS)
            share = (processor_seconds(self.stack) - used) / (time.monotonic() - began)
            calm = calm + 1 if share <= IDLE_SHARE else 0
            if time.monotonic() > end:
                raise TimeoutError(f"the parts do not come to rest: {share:.0%} of a processor")

    def wait_until_done(self, *, seconds: float = 600) -> None:
        """Return when no entry waits and no mail is to be sent."""
        end = time.monotonic() + seconds
        with psycopg.connect(libpq_url(self.owner_url), autocommit=True) as onlooker:
            while waiting := (onlooker.execute(_BUSY).fetchone() or (0,))[0]:
                if time.monotonic() > end:
                    raise TimeoutError(f"still busy with what was before: {waiting} wait")
                time.sleep(0.1)


_BUSY = """
SELECT (SELECT count(*) FROM outbox.entry WHERE state = 'waiting')
     + (SELECT count(*) FROM notifications.delivery WHERE state IN ('queued', 'sending'))
"""


_PEOPLE = """
WITH numbers AS (SELECT gen_random_uuid() AS person_id, gen_random_uuid() AS application_id,
        gen_random_uuid() AS decision_id, gen_random_uuid() AS offer_id, n FROM generate_series(1, :count) AS n),
people AS (
    INSERT INTO people.person (id, email, name, called, locale, time_zone, email_proved_at)
    SELECT person_id, 'person-' || n || '-' || :stamp || '@bench.example', 'Person ' || n, 'Person ' || n,
        CASE WHEN n % 2 = 0 THEN 'fr' ELSE 'en' END, 'UTC', now() FROM numbers),
applications AS (
    INSERT INTO registration.application (id, edition_id, person_id, submission_key, state, name, called, email,
        country, organisation, language, locale, form_version, answers, consent, consented_at, created_at, submitted_at,
        updated_at)
    SELECT application_id, :edition, person_id, gen_random_uuid(), 'decided', 'Person ' || n, 'Person ' || n,
        'person-' || n || '-' || :stamp || '@bench.example', 'CA', 'Bench', 'en', 'en', 1, '{}', 'yes',
        now(), now(), now(), now() FROM numbers),
decisions AS (
    INSERT INTO registration.decision (id, application_id, edition_id, outcome, state, note, proposed_at)
    SELECT decision_id, application_id, :edition, 'accept', 'proposed', '', now() FROM numbers),
offers AS (
    INSERT INTO registration.offer (id, application_id, decision_id, edition_id, person_id, state, offered_at,
        expires_at, answered_at)
    SELECT offer_id, application_id, decision_id, :edition, person_id, 'accepted', now(),
        now() + interval '9 days', now() FROM numbers),
enrolments AS (
    INSERT INTO registration.enrolment (id, offer_id, application_id, edition_id, person_id, state, enrolled_at,
        updated_at)
    SELECT gen_random_uuid(), offer_id, application_id, :edition, person_id, 'accepted', now(), now() FROM numbers)
SELECT person_id FROM numbers ORDER BY n
"""


@contextmanager
def running_stand(folder: Path, *, sink_port: int, as_shipped: bool = False) -> Iterator[Stand]:
    """Start a stack in ``folder``; mails go to ``sink_port``.

    The gateway believes wrk about whom it speaks for, unless every setting is to be ``as_shipped``.
    """
    os.environ["SMTP_URL"] = f"smtp://127.0.0.1:{sink_port}"
    os.environ.pop("TRUSTED_PROXY", None)
    if not as_shipped:
        os.environ["TRUSTED_PROXY"] = "127.0.0.1/32"
    stack = Stack(Places(folder / "stack"), demo=False, screen=Screen(), gateway=0)
    stack.start({"MAIL_FROM": "Academy <academy@bench.example>", "MAIL_DOMAIN": "bench.example", "RECALL_SECONDS": "0"})
    try:
        stand = Stand(stack, folder, new_id(), sink_port)
        open_edition(stand, edition_id=stand.edition_id, slug=SLUG, capacity=1_000_000)
        wait_for_page(stand)
        yield stand
    finally:
        stack.stop()


def wait_for_page(stand: Stand) -> None:
    """Return once every process shows the edition: each keeps what it has seen for some seconds."""
    good, end = 0, time.monotonic() + 60
    while good < ENOUGH_ANSWERS:
        good = good + 1 if status_of(f"{stand.gateway}/e/{SLUG}") == 200 else 0  # noqa: PLR2004
        if time.monotonic() > end:
            raise TimeoutError("the bench's edition does not appear")
        time.sleep(0.02)


@contextmanager
def opened_database(url: str) -> Iterator[Database]:
    """Log in at ``url`` until the block's end."""
    database = Database(url, pool_size=2)
    try:
        yield database
    finally:
        database.dispose()


def open_edition(stand: Stand, *, edition_id: UUID, slug: str, capacity: int) -> None:
    """Publish an edition that takes applications and has texts of the usual length."""
    write_edition(stand.role_url("registration"), edition_id=edition_id, slug=slug, capacity=capacity)


def write_edition(url: str, *, edition_id: UUID, slug: str, capacity: int) -> None:
    """Write the rows of such an edition into the database at ``url``."""
    moment = now()
    paragraph = "Five days of courses, visits and debates on the social and solidarity economy. " * 6
    texts = {"en": paragraph, "fr": paragraph}
    with opened_database(url) as database, database.transaction() as session:
        session.execute(
            insert(Edition).values(
                id=edition_id,
                slug=slug,
                name={"en": "The Bench Academy", "fr": "L'Académie du banc"},
                summary={"en": "A week of learning", "fr": "Une semaine d'apprentissage"},
                description=texts,
                place="Montreal",
                starts_on=(moment + timedelta(days=90)).date(),
                ends_on=(moment + timedelta(days=94)).date(),
                time_zone="America/Toronto",
                languages=["en", "fr", "es"],
                capacity=capacity,
                opens_at=moment - timedelta(days=1),
                closes_at=moment + timedelta(days=30),
                contact="contact@bench.example",
                published_at=moment,
            )
        )
