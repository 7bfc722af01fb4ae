"""Fifty clients and a worker in one process of the place chaos: offers are answered, freed places find reserves.

``PLACES_VARIANT`` takes a guard away: ``unlocked`` counts without holding a row, ``disordered`` takes the rows in an
order of its own. What each person does with an offer follows from the number in her name, whoever asks.
"""

from __future__ import annotations

import os
import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Lock, Thread
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import OperationalError, TimeoutError as PoolTimeout

from services.registration.actions.offers import accept_offer, decline_offer, withdraw_enrolment
from services.registration.actions.releases import release_part
from services.registration.actions.reserves import promote_in_turn
from services.registration.queries.places import Pool, TakePool, locked_pool, pool
from shared.database import Database
from shared.deeds import Deed
from shared.errors import Refusal
from shared.facts.registration import (
    EnrolmentWithdrawn,
    OfferDeclined,
    OfferExpired,
    PlacesChanged,
    ReleaseBegun,
    ReleaseContinued,
    ReleaseFinished,
)
from shared.outbox import Heard, Reactions, drain
from shared.schema.registration import Application, Edition, Enrolment, Offer, PlacePool
from shared.tasks import CeleryBell, connect_redis, make_celery
from tests.support.registration import NOW

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from sqlalchemy.orm import Session

CLIENTS = 50
ACCEPTS, DECLINES, WITHDRAWS = 11, 4, 2
"""Of twenty people so many accept, decline, accept and give up; the others leave it unanswered."""
HESITATES = 0.4
"""How often somebody who could act lets another process do it first."""
dice = random.Random()


def disposition(name: str) -> str:
    """Return what the person of this name does with an offer."""
    number = int(name[1:]) * 7 % 20
    if number < ACCEPTS:
        return "accepts"
    if number < ACCEPTS + DECLINES:
        return "declines"
    return "withdraws" if number < ACCEPTS + DECLINES + WITHDRAWS else "waits"


def unlocked(session: Session, edition_id: UUID, _needed: Collection[UUID] | None) -> Pool:
    """Count without holding anything; the wait is what a busy machine takes between the count and the deed."""
    found = pool(session, edition_id)
    time.sleep(0.005)
    return found


def disordered(session: Session, edition_id: UUID, needed: Collection[UUID] | None) -> Pool:
    """Hold the same rows, in no order."""
    rows = list(session.scalars(select(PlacePool.id).where(PlacePool.edition_id == edition_id)))
    held = [select(PlacePool.id).where(PlacePool.id == one) for one in rows if needed is None or one in needed]
    held.append(select(Edition.id).where(Edition.id == edition_id))
    dice.shuffle(held)
    for one in held:
        session.execute(one.with_for_update(key_share=True))
        time.sleep(0.002)
    return pool(session, edition_id)


VARIANTS: dict[str, TakePool] = {"": locked_pool, "unlocked": unlocked, "disordered": disordered}
TAKE = VARIANTS[os.environ.get("PLACES_VARIANT", "")]


def reactions_of() -> Reactions:
    """Return registration's own reactions to what frees places, with the guard of the variant."""
    reactions = Reactions("registration")

    def promote(
        session: Session,
        fact: OfferDeclined | OfferExpired | EnrolmentWithdrawn | PlacesChanged | ReleaseFinished,
        heard: Heard,
    ) -> None:
        promote_in_turn(session, edition_id=fact.edition_id, now=heard.now, take_pool=TAKE)

    def go_on(session: Session, fact: ReleaseBegun | ReleaseContinued, heard: Heard) -> None:
        release_part(session, batch_id=fact.decision_batch_id, now=heard.now)

    reactions.hear(OfferDeclined)(promote)
    reactions.hear(OfferExpired)(promote)
    reactions.hear(EnrolmentWithdrawn)(promote)
    reactions.hear(PlacesChanged)(promote)
    reactions.hear(ReleaseFinished)(promote)
    reactions.hear(ReleaseBegun)(go_on)
    reactions.hear(ReleaseContinued)(go_on)
    return reactions


class Clients:
    """The people of one process: whoever has an open offer is found, and answers it on one of the threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._hands = ThreadPoolExecutor(CLIENTS)
        self._busy: set[UUID] = set()
        self._lock = Lock()

    def look(self, edition_id: UUID) -> None:
        """Let some of those who have an open offer answer it; another process may do the same at this moment."""
        with self._database.reading() as session:
            offers = session.execute(
                select(Offer.id, Offer.person_id, Application.name)
                .join(Application, Application.id == Offer.application_id)
                .where(Offer.edition_id == edition_id, Offer.state == "offered")
            ).all()
            places = session.execute(
                select(Enrolment.id, Enrolment.person_id, Application.name)
                .join(Application, Application.id == Enrolment.application_id)
                .where(Enrolment.edition_id == edition_id, Enrolment.holds_place)
            ).all()
        for offer_id, person_id, name in offers:
            does = disposition(name)
            if does != "waits":
                self._let(offer_id, decline_offer if does == "declines" else accept, person_id)
        for enrolment_id, person_id, name in places:
            if disposition(name) == "withdraws":
                self._let(enrolment_id, give_up, person_id)

    def _let(self, key: UUID, act: Callable[..., object], person_id: UUID) -> None:
        with self._lock:
            if key in self._busy or dice.random() < HESITATES:
                return
            self._busy.add(key)
        self._hands.submit(self._act, key, act, person_id)

    def _act(self, key: UUID, act: Callable[..., object], person_id: UUID) -> None:
        with suppress(Refusal, OperationalError, PoolTimeout), self._database.transaction() as session:
            act(session, offer_id=key, deed=Deed(person_id, NOW))
        with self._lock:
            self._busy.discard(key)


def accept(session: Session, *, offer_id: UUID, deed: Deed) -> None:
    """Take the place with the guard of the variant."""
    accept_offer(session, offer_id=offer_id, deed=deed, take_pool=TAKE)


def give_up(session: Session, *, offer_id: UUID, deed: Deed) -> None:
    """Give up the place, named by its enrolment."""
    withdraw_enrolment(session, enrolment_id=offer_id, deed=deed)


def main(folder: Path) -> None:
    """Serve the edition that the file ``round`` names until it says that it is over."""
    redis_url = os.environ["REDIS_URL"]
    bell = CeleryBell(make_celery(redis_url, queues=("registration",)), connect_redis(redis_url))
    database = Database(os.environ["REGISTRATION_DATABASE_URL"], bell=bell, pool_size=CLIENTS // 4, name="chaos places")
    worker = Database(os.environ["REGISTRATION_DATABASE_URL"], bell=bell, pool_size=1, name="chaos promotions")
    reactions = reactions_of()

    def react() -> None:
        while True:
            with suppress(OperationalError):
                drain(worker, reactions, seconds=5, now=lambda: NOW)
            time.sleep(0.02)

    Thread(target=react, daemon=True).start()
    clients = Clients(database)
    print("ready", flush=True)  # noqa: T201 - who waits for it
    while True:
        named = (folder / "round").read_text()
        if named:
            clients.look(UUID(named))
        time.sleep(0.03)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
