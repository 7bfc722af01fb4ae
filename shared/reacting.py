"""The task every service has: react to what waits."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from sqlalchemy import text

from shared.clock import now
from shared.database import Database
from shared.outbox import drain, drain_after_death
from shared.settings import Settings
from shared.tasks import DRAIN_SECONDS, TASK_SECONDS, heard_bell

if TYPE_CHECKING:
    from celery import Celery, Task
    from redis import Redis

    from shared.database import Bell
    from shared.outbox import Reactions

AnySettings = TypeVar("AnySettings", bound=Settings)


class Told(NamedTuple, Generic[AnySettings]):
    """What the worker of a service is given: its settings and its database."""

    settings: AnySettings
    database: Database


def database_of_worker(kind: type[AnySettings], service: str, *, bell: Bell) -> Told[AnySettings]:
    """Return the settings of ``service`` and a database in its own role, from ``<SERVICE>_DATABASE_URL``."""
    settings = kind(database_url=os.environ[f"{service.upper()}_DATABASE_URL"])
    url = settings.database_url.get_secret_value()
    idle_seconds = 2 * TASK_SECONDS  # a session may hold a lock for as long as a task lasts
    name = f"academy worker {service}"
    return Told(settings, Database(url, bell=bell, pool_size=1, name=name, idle_seconds=idle_seconds))


def add_react_task(celery: Celery, database: Database, reactions: Reactions, *, redis: Redis) -> None:
    """Add the task ``<service>.react``: it drains the service's waiting entries and rings again if time ran out."""
    service = reactions.subscriber

    @celery.task(name=f"{service}.react", bind=True)
    def react(self: Task) -> None:
        heard_bell(redis, service)
        died_before = (self.request.delivery_info or {}).get("redelivered", False)
        work = drain_after_death if died_before else drain
        if work(database, reactions, seconds=DRAIN_SECONDS, now=now).more:
            celery.send_task(f"{service}.react", queue=service, ignore_result=True)


def add_lone_react_task(
    celery: Celery, database: Database, reactions: Reactions, *, redis: Redis, seconds: float
) -> None:
    """Add the task ``<subscriber>.react`` that is done by one worker at a time, however many there are.

    For reactions that last: each of ``reactions`` may take long, but well below ``TASK_SECONDS`` less ``seconds``.
    The others of the pool go on with what is short.
    """
    subscriber = reactions.subscriber

    @celery.task(name=f"{subscriber}.react", bind=True)
    def react(self: Task) -> None:
        heard_bell(redis, subscriber)
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            asked = {"name": f"{subscriber}.react"}
            if not connection.scalar(text("SELECT pg_try_advisory_lock(hashtext(:name))"), asked):
                return
            try:
                died_before = (self.request.delivery_info or {}).get("redelivered", False)
                work = drain_after_death if died_before else drain
                more = work(database, reactions, seconds=seconds, now=now).more
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(hashtext(:name))"), asked)
        if more:
            celery.send_task(f"{subscriber}.react", queue=subscriber, ignore_result=True)
