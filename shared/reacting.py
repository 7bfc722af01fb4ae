"""The task every service has: react to what waits."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

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
