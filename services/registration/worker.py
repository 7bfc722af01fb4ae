"""Wires the background work of registration into Celery."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.registration.actions.offers import expire_offers
from services.registration.reactions import reactions
from services.registration.settings import RegistrationSettings
from shared.clock import now
from shared.reacting import add_react_task, database_of_worker

if TYPE_CHECKING:
    from celery import Celery
    from redis import Redis

    from shared.database import Bell, Database

BATCH: Final = 200


def wire(celery: Celery, *, redis: Redis, bell: Bell) -> Database:
    """Add this service's tasks to ``celery``; return the database they work on."""
    database = database_of_worker(RegistrationSettings, "registration", bell=bell).database
    add_react_task(celery, database, reactions, redis=redis)

    @celery.task(name="registration.expire_offers")
    def expire() -> None:
        ended = BATCH
        while ended == BATCH:
            with database.transaction() as session:
                ended = expire_offers(session, now=now(), limit=BATCH)

    return database
