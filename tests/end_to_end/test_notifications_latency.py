from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from shared.database import Database
from shared.doors import QUEUES
from shared.facts.registration import ApplicationSubmitted
from shared.outbox import record
from shared.schema.base import new_id
from shared.tasks import CeleryBell, connect_redis, make_celery
from tests.support.mail import make_edition, make_person
from tests.support.patience import until
from tests.support.relay import running_relay
from tests.support.workers import postmen, worker

pytestmark = pytest.mark.slow

SERVICES = ("registration", "materials", "notifications")


def told(database_url_for: Callable[[str], str], redis_url: str, smtp_url: str, folder: Path) -> dict[str, str]:
    return {
        **{f"{name.upper()}_DATABASE_URL": database_url_for(name) for name in SERVICES},
        "ENVIRONMENT": "test",
        "SECRET_KEY": "x" * 40,
        "PUBLIC_URL": "https://academy.example",
        "REDIS_URL": redis_url,
        "SMTP_URL": smtp_url,
        "STORE_URL": folder.as_uri(),
        "MAIL_FROM": "Academy <academy@example.org>",
        "MAIL_NOTES_PATH": str(folder / "notes"),
    }


def test_a_notice_reaches_the_relay_by_the_bell_alone_while_no_clock_sweeps(
    databases: dict[str, Database], database_url_for: Callable[[str], str], valkey_url: str, tmp_path: Path
) -> None:
    edition_id = make_edition(databases["owner"])
    person_id = make_person(databases["owner"], "awa@example.org")
    bell = CeleryBell(make_celery(valkey_url, queues=QUEUES), connect_redis(valkey_url))
    ringing = Database(database_url_for("registration"), bell=bell)
    with running_relay() as relay:
        environment = told(database_url_for, valkey_url, relay.url, tmp_path)
        log = tmp_path / "worker.log"
        workers = worker("services.worker", queues=QUEUES, name="latency", environment=environment, log=log)
        carriers = postmen(environment=environment, log=log)
        workers.start()
        carriers.start()
        try:
            waits = []
            for round_number in range(8):
                with ringing.transaction() as session:
                    fact = ApplicationSubmitted(application_id=new_id(), person_id=person_id, edition_id=edition_id)
                    record(session, fact)
                began = time.monotonic()
                while len(relay.taken) <= round_number and time.monotonic() < began + 60:
                    time.sleep(0.002)
                assert len(relay.taken) == round_number + 1, log.read_text()
                waits.append(relay.taken[-1].taken_at - began)
        finally:
            workers.kill()
            carriers.kill()
            ringing.dispose()
    typical = statistics.median(waits[1:])  # the first one waited for the worker to start
    print(f"fact to relay: median {typical * 1000:.0f} ms, longest {max(waits[1:]) * 1000:.0f} ms")  # noqa: T201


def test_while_redis_is_away_and_the_worker_hears_nothing_a_notice_leaves_all_the_same(
    databases: dict[str, Database], database_url_for: Callable[[str], str], tmp_path: Path
) -> None:
    edition_id = make_edition(databases["owner"])
    person_id = make_person(databases["owner"], "awa@example.org")
    with running_relay() as relay:
        carriers = postmen(
            environment=told(database_url_for, "redis://127.0.0.1:1/0", relay.url, tmp_path), log=tmp_path / "log"
        )
        carriers.start()
        try:
            with databases["registration"].transaction() as session:
                record(
                    session, ApplicationSubmitted(application_id=new_id(), person_id=person_id, edition_id=edition_id)
                )
            until(lambda: len(relay.taken) == 1, seconds=20, what="the notice")
        finally:
            carriers.kill()
