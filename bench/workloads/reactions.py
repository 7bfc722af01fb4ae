"""How long a reaction takes at rest: from the commit of a fact to the commit of the reaction."""

from __future__ import annotations

import time
from statistics import median
from uuid import UUID, uuid4

import psycopg
from psycopg.rows import TupleRow

from bench.stand import Stand
from shared.database import Database, after_commit
from shared.facts.registration import EnrolmentWithdrawn
from shared.outbox import record
from shared.tasks import CeleryBell, connect_redis, make_celery
from stack.addresses import libpq_url

SAMPLES = 200
DONE = "SELECT 1 FROM outbox.entry WHERE fact_id = %s AND subscriber = 'materials' AND state = 'done'"


def median_milliseconds(stand: Stand) -> float:
    """Record one fact at a time, wait for its reaction to be committed; return the median of the waits."""
    redis_url = stand.stack.outline.addresses.redis_url
    bell = CeleryBell(make_celery(redis_url, queues=("materials",)), connect_redis(redis_url))
    database = Database(stand.role_url("registration"), bell=bell, pool_size=1)
    try:
        with psycopg.connect(libpq_url(stand.owner_url), autocommit=True) as onlooker:
            return 1000 * median(_wait(database, onlooker, stand.edition_id) for _ in range(SAMPLES))
    finally:
        database.dispose()


def _wait(database: Database, onlooker: psycopg.Connection[TupleRow], edition_id: UUID) -> float:
    committed: list[float] = []
    with database.transaction() as session:
        after_commit(session, lambda: committed.append(time.perf_counter()))
        fact = EnrolmentWithdrawn(enrolment_id=uuid4(), person_id=uuid4(), edition_id=edition_id)
        fact_id = record(session, fact)
    while onlooker.execute(DONE, [fact_id]).fetchone() is None:
        if time.perf_counter() - committed[0] > 30:  # noqa: PLR2004
            raise TimeoutError("no reaction within half a minute")
        time.sleep(0.001)
    took = time.perf_counter() - committed[0]
    time.sleep(0.02)  # at rest: nothing of the last one is still under way
    return took
