"""The worker and the clock: the one module that sees all three services and wires their tasks into Celery.

Every service reacts with its own database role, so the worker process is told three addresses.
"""

from __future__ import annotations

import gc
import importlib
import os
from typing import TYPE_CHECKING

from celery.signals import worker_before_create_process, worker_process_init

from shared.doors import QUEUES
from shared.signs_of_life import leave_signs_of_life
from shared.tasks import CeleryBell, connect_redis, make_celery

if TYPE_CHECKING:
    from shared.database import Database

SERVICES = ("registration", "materials", "notifications")

app = make_celery(os.environ["REDIS_URL"], queues=QUEUES)
redis = connect_redis(os.environ["REDIS_URL"])
bell = CeleryBell(app, redis)
databases: list[Database] = []

for _name in SERVICES:
    _service = importlib.import_module(f"services.{_name}.worker")
    databases.append(_service.wire(app, redis=redis, bell=bell))
leave_signs_of_life()


@worker_before_create_process.connect
def leave_the_parent_s_memory_alone(**_kwargs: object) -> None:
    """Keep what was imported out of garbage collection, so that the children go on sharing it."""
    gc.freeze()


@worker_process_init.connect
def forget_inherited_connections(**_kwargs: object) -> None:
    """Drop what the parent opened: a forked child must not speak on its connections."""
    for database in databases:
        database.engine.dispose(close=False)
    redis.connection_pool.reset()
