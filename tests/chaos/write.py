"""One writer of the chaos tests: records facts one by one and notes on stdout what was promised to it."""

from __future__ import annotations

import os
import sys
from uuid import UUID, uuid4

from shared.database import Database
from shared.facts.registration import OfferAccepted
from shared.outbox import record
from shared.tasks import CeleryBell, connect_redis, make_celery


def main(count: int, variant: str) -> None:
    url = os.environ["REDIS_URL"]
    celery = make_celery(url, queues=("materials", "notifications"))
    bell = CeleryBell(celery, connect_redis(url))
    database = Database(os.environ["REGISTRATION_DATABASE_URL"], bell=bell, pool_size=1, name="chaos writer")
    for _ in range(count):
        offer_id = uuid4()
        if variant == "carried":
            celery.send_task("materials.carry", args=[str(offer_id)], queue="materials", ignore_result=True)
        else:
            accept(database, offer_id)
        print(offer_id, flush=True)  # noqa: T201 - the journal: from here on the effect is owed


def accept(database: Database, offer_id: UUID) -> None:
    fact = OfferAccepted(offer_id=offer_id, enrolment_id=uuid4(), person_id=uuid4(), edition_id=uuid4())
    with database.transaction() as session:
        record(session, fact)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
