"""The Celery application of the chaos tests: reactions whose effects can be counted, and two guards taken away.

``CHAOS_VARIANT`` chooses how an effect comes about: ``outbox`` is ours; ``apart`` marks an entry done in a transaction
of its own; ``carried`` puts the work into the message; ``deadly`` is ours with one fact that kills whoever hears it.
Each reaction writes one row that nothing keeps unique, so that
a second effect shows.
"""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING
from uuid import UUID

from celery.signals import worker_process_init
from sqlalchemy import func, select, text, update

from shared.database import Database
from shared.facts.registration import OfferAccepted
from shared.outbox import Heard, Reactions
from shared.reacting import add_react_task
from shared.schema.outbox.entries import Entry, FactRow
from shared.tasks import CeleryBell, connect_redis, heard_bell, make_celery

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

QUEUES = ("materials", "notifications")
DEADLY = UUID(int=0)
EFFECT = text("INSERT INTO chaos.effect (subscriber, offer_id, worker) VALUES (:subscriber, :offer_id, :worker)")

app = make_celery(os.environ["REDIS_URL"], queues=QUEUES)
redis = connect_redis(os.environ["REDIS_URL"])
bell = CeleryBell(app, redis)
variant = os.environ.get("CHAOS_VARIANT", "outbox")
databases = {
    name: Database(os.environ[f"{name.upper()}_DATABASE_URL"], bell=bell, pool_size=1, name=f"chaos {name}")
    for name in QUEUES
}


def take_effect(session: Session, *, subscriber: str, offer_id: UUID) -> None:
    session.execute(EFFECT, {"subscriber": subscriber, "offer_id": offer_id, "worker": os.getpgrp()})


def reactions_of(subscriber: str) -> Reactions:
    reactions = Reactions(subscriber)

    @reactions.hear(OfferAccepted)
    def write_effect(session: Session, fact: OfferAccepted, _heard: Heard) -> None:
        if variant == "deadly" and fact.offer_id == DEADLY:
            os.kill(os.getpid(), signal.SIGKILL)
        take_effect(session, subscriber=subscriber, offer_id=fact.offer_id)

    return reactions


def react_apart(database: Database, subscriber: str) -> bool:
    """Do what many outboxes do: commit the effect, then say in a second transaction that it is done."""
    with database.transaction() as session:
        row = session.execute(
            select(Entry.id, FactRow.payload)
            .join(FactRow, FactRow.id == Entry.fact_id)
            .where(Entry.subscriber == subscriber, Entry.state == "waiting")
            .order_by(func.random())  # keeps two workers off the same entry most of the time; the guard is gone
            .limit(1)
            .with_for_update(of=Entry, skip_locked=True)
        ).first()
        if row is None:
            return False
        take_effect(session, subscriber=subscriber, offer_id=UUID(str(row.payload["offer_id"])))
    time.sleep(0.005)  # as long as a busy machine takes to come back to it; makes the control sure, not different
    with database.transaction() as session:
        session.execute(update(Entry).where(Entry.id == row.id).values(state="done"))
    return True


def add_apart_task(subscriber: str) -> None:
    database = databases[subscriber]

    @app.task(name=f"{subscriber}.react")
    def react() -> None:
        heard_bell(redis, subscriber)
        end = time.monotonic() + 10
        while time.monotonic() < end and react_apart(database, subscriber):
            pass


@app.task(name="materials.carry")
def carry(offer_id: str) -> None:
    """Do the work that the message carries; no row knows of it."""
    with databases["materials"].transaction() as session:
        take_effect(session, subscriber="materials", offer_id=UUID(offer_id))


for _subscriber, _database in databases.items():
    if variant == "apart":
        add_apart_task(_subscriber)
    else:
        add_react_task(app, _database, reactions_of(_subscriber), redis=redis)


@worker_process_init.connect
def forget_inherited_connections(**_kwargs: object) -> None:
    for database in databases.values():
        database.engine.dispose(close=False)
    redis.connection_pool.reset()
