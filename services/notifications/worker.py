"""Wires the background work of notifications into Celery: its reactions and rounds. The postmen carry the mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.notifications.reactions import reactions
from services.notifications.rounds.retention import PRUNES
from services.notifications.settings import NotificationsSettings
from shared.clock import now
from shared.pruning import prune_all
from shared.reacting import add_react_task, database_of_worker

if TYPE_CHECKING:
    from celery import Celery
    from redis import Redis

    from shared.database import Bell, Database


def wire(celery: Celery, *, redis: Redis, bell: Bell) -> Database:
    """Add this service's tasks to ``celery``; return the database they work on."""
    _settings, database = database_of_worker(NotificationsSettings, "notifications", bell=bell)
    add_react_task(celery, database, reactions, redis=redis)

    @celery.task(name="notifications.prune")
    def prune() -> None:
        prune_all(database, PRUNES, now=now)

    return database
