"""How long a notice takes while a campaign of many mails runs: from its fact to the ledger's word that it left."""

from __future__ import annotations

import time
from statistics import median
from typing import TYPE_CHECKING, Final
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow

from bench.measures import Comparison, Series
from bench.workloads.mails import LEFT, Mails
from shared.database import Database, after_commit
from shared.facts.registration import ApplicationSubmitted
from shared.outbox import record
from shared.schema.base import new_id
from shared.tasks import CeleryBell, connect_redis, make_celery
from stack.addresses import libpq_url

if TYPE_CHECKING:
    from bench.parts import Bench
    from bench.stand import Stand

CAMPAIGN: Final = 30_000
QUIET_SAMPLES: Final = 40
PAUSE: Final = 0.1
"""Seconds between a notice that left and the next."""
PATIENCE: Final = 60.0
MEDIAN: Final = 0.2
WORST: Final = 2.0
SENT: Final = "SELECT 1 FROM notifications.delivery WHERE idempotency_key = %s AND state = 'sent'"
PERSON: Final = "SELECT person_id FROM registration.enrolment WHERE edition_id = %s LIMIT 1"
QUEUES: Final = ("registration", "materials", "notifications")


class Notices:
    """Notices to one person, one after another, at rest and while a campaign to many runs; in seconds."""

    def __init__(self, stand: Stand) -> None:
        self._stand = stand
        self._campaign = Mails(stand, mails=CAMPAIGN)
        self.quiet: list[list[float]] = []
        self.during: list[list[float]] = []

    def measure(self) -> None:
        """Send some at rest, then launch the campaign and send on until the last of its mails has left."""
        self._stand.wait_for_rest()
        redis_url = self._stand.stack.outline.addresses.redis_url
        bell = CeleryBell(make_celery(redis_url, queues=QUEUES), connect_redis(redis_url))
        telling = Database(self._stand.role_url("registration"), bell=bell, pool_size=1)
        launching = Database(self._stand.role_url("notifications"), bell=bell, pool_size=1)
        try:
            with psycopg.connect(libpq_url(self._stand.owner_url), autocommit=True) as onlooker:
                (person_id,) = onlooker.execute(PERSON, [self._stand.edition_id]).fetchone() or (None,)
                self.quiet.append([self._wait(telling, onlooker, person_id) for _ in range(QUIET_SAMPLES)])
                campaign_id = self._campaign.launch(launching)
                self.during.append(self._waits_during(telling, onlooker, person_id, campaign_id))
        finally:
            telling.dispose()
            launching.dispose()

    def _waits_during(
        self, telling: Database, onlooker: psycopg.Connection[TupleRow], person_id: UUID, campaign_id: UUID
    ) -> list[float]:
        """Return the waits of the notices that were under way together with mails of the campaign."""
        waits: list[float] = []
        while True:
            took = self._wait(telling, onlooker, person_id)
            left, _total = onlooker.execute(LEFT, [campaign_id]).fetchone() or (0, 0)
            if not left:
                if not waits:
                    raise RuntimeError("the campaign was over before one notice had left")
                return waits
            waits.append(took)

    def _wait(self, telling: Database, onlooker: psycopg.Connection[TupleRow], person_id: UUID) -> float:
        committed: list[float] = []
        with telling.transaction() as session:
            after_commit(session, lambda: committed.append(time.perf_counter()))
            fact_id = record(
                session,
                ApplicationSubmitted(application_id=new_id(), person_id=person_id, edition_id=self._stand.edition_id),
            )
        while onlooker.execute(SENT, [f"application_received:{fact_id}"]).fetchone() is None:
            if time.perf_counter() - committed[0] > PATIENCE:
                raise TimeoutError(f"a notice did not leave within {PATIENCE:.0f} s")
            time.sleep(0.004)
        took = time.perf_counter() - committed[0]
        time.sleep(PAUSE)
        return took


def notices_during_campaign(bench: Bench) -> list[Comparison]:
    """Measure how long notices take while a campaign runs, beside the same at rest."""
    work = Notices(bench.stand)
    for _ in range(bench.runs):
        work.measure()
    whose = f"a notice during a campaign of {CAMPAIGN:,}"
    middle = Comparison("notices-during-campaign", f"{whose}, median", "s", limit=MEDIAN)
    worst = Comparison("notices-during-campaign", f"{whose}, worst", "s", limit=WORST)
    for figure, found in ((median, middle), (max, worst)):
        found.ours.samples.extend(figure(waits) for waits in work.during)
        found.against["the same at rest"] = Series([figure(waits) for waits in work.quiet])
    count = Series([float(len(waits)) for waits in work.during])
    return [middle, worst, Comparison("notices-during-campaign", "notices that were timed", "", count)]
