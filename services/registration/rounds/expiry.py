"""Reminds of offers that end soon, and ends those whose time is over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.registration.actions.offers import expire_offers, remind_of_offers

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from shared.database import Database

BATCH: Final = 200


def remind_and_end(database: Database, *, now: Callable[[], datetime]) -> int:
    """Remind of every open offer that ends soon, end every one that is due; return how many were ended."""
    _in_batches(database, remind_of_offers, now=now)
    return _in_batches(database, expire_offers, now=now)


def _in_batches(database: Database, round_: Callable[..., int], *, now: Callable[[], datetime]) -> int:
    """Do one round, a batch in each transaction; return how many it was in all."""
    total, done = 0, BATCH
    while done == BATCH:
        with database.transaction() as session:
            done = round_(session, now=now(), limit=BATCH)
        total += done
    return total
