"""Wires the background work of registration into Celery."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.registration.actions.files import ROOM, file_prune
from services.registration.reactions import reactions
from services.registration.rounds.expiry import remind_and_end
from services.registration.rounds.retention import PRUNES
from services.registration.settings import RegistrationSettings
from shared.clock import now
from shared.pruning import prune_all
from shared.reacting import add_react_task, database_of_worker
from shared.store import store_at

if TYPE_CHECKING:
    from celery import Celery
    from redis import Redis

    from shared.database import Bell, Database


def wire(celery: Celery, *, redis: Redis, bell: Bell) -> Database:
    """Add this service's tasks to ``celery``; return the database they work on."""
    opened = database_of_worker(RegistrationSettings, "registration", bell=bell)
    database, store = opened.database, store_at(opened.settings.store_url, ROOM)
    add_react_task(celery, database, reactions, redis=redis)

    @celery.task(name="registration.expire_offers")
    def expire() -> None:
        remind_and_end(database, now=now)

    @celery.task(name="registration.prune")
    def prune() -> None:
        prune_all(database, (*PRUNES, file_prune(store)), now=now)

    return database
