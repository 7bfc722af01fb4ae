"""Wires the background work of materials into Celery."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.materials.gateways.store import store_at
from services.materials.gateways.workshop import Workshop
from services.materials.reactions import reactions
from services.materials.rounds.making import SECONDS, maker
from services.materials.rounds.retention import PRUNES
from services.materials.rounds.sweeping import sweep_store
from services.materials.settings import MaterialsSettings
from shared.clock import now
from shared.pruning import prune_all
from shared.reacting import add_lone_react_task, add_react_task, database_of_worker

if TYPE_CHECKING:
    from celery import Celery
    from redis import Redis

    from shared.database import Bell, Database


def wire(celery: Celery, *, redis: Redis, bell: Bell) -> Database:
    """Add this service's tasks to ``celery``; return the database they work on."""
    settings, database = database_of_worker(MaterialsSettings, "materials", bell=bell)
    add_react_task(celery, database, reactions, redis=redis)
    making = maker(store_at(settings.store_url), Workshop())
    add_lone_react_task(celery, database, making, redis=redis, seconds=SECONDS)

    @celery.task(name="materials.prune")
    def prune() -> None:
        prune_all(database, PRUNES, now=now)
        sweep_store(database, store_at(settings.store_url), now=now)

    return database
