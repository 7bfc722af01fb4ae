"""Many applicants with a proposed decision each, made by PostgreSQL; and a worker to be killed over them."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from sqlalchemy import text

from services.registration.actions.releases import release_part
from shared.database import Database
from shared.facts.registration import ReleaseBegun, ReleaseContinued
from shared.outbox import Heard, Reactions, drain
from tests.support.registration import NOW, make_edition

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.orm import Session

_PROPOSALS = text("""
WITH numbers AS MATERIALIZED (
    SELECT gen_random_uuid() AS person_id, gen_random_uuid() AS application_id, n FROM generate_series(1, :count) AS n),
people AS (
    INSERT INTO people.person (id, email, name, email_proved_at)
    SELECT person_id, 'p' || n || '@example.org', 'P ' || n, :now FROM numbers),
applications AS (
    INSERT INTO registration.application (id, edition_id, person_id, state, name, called, email, country, organisation,
        language, locale, form_version, answers, consent, consented_at, created_at, submitted_at, updated_at)
    SELECT application_id, :edition, person_id, 'under_review', 'P ' || n, '', 'p' || n || '@example.org', 'SN', '',
        'fr', 'fr', 1, '{}', '', :now, :now, :now, :now FROM numbers)
INSERT INTO registration.decision (id, application_id, edition_id, outcome, state, note, proposed_at)
SELECT gen_random_uuid(), application_id, :edition, CASE WHEN n <= :accepts THEN 'accept' ELSE 'decline' END,
    'proposed', '', :now FROM numbers""")


def propose_many(database: Database, *, count: int, accepts: int, capacity: int, slug: str = "spring-2026") -> UUID:
    """Make an edition with ``count`` proposed decisions, ``accepts`` of them accepts; return it."""
    edition_id = make_edition(database, capacity=capacity, slug=slug)
    with database.transaction() as session:
        session.execute(_PROPOSALS, {"count": count, "accepts": accepts, "edition": edition_id, "now": NOW})
    return edition_id


def slow_reactions() -> Reactions:
    """Return registration's reactions to its own releases, that linger before they commit so that a kill meets them."""
    slow = Reactions("registration")

    def react(session: Session, fact: ReleaseBegun | ReleaseContinued, heard: Heard) -> None:
        release_part(session, batch_id=fact.decision_batch_id, now=heard.now)
        session.flush()  # what is half done has to be in the database when the kill comes
        print("half done", flush=True)  # noqa: T201 - the test that waits for it
        time.sleep(0.5)

    slow.hear(ReleaseBegun)(react)
    slow.hear(ReleaseContinued)(react)
    return slow


if __name__ == "__main__":
    drain(Database(sys.argv[1], pool_size=1), slow_reactions(), seconds=60, now=lambda: NOW)
