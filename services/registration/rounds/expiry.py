"""Ends offers whose time is over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.registration.actions.offers import expire_offers

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from shared.database import Database

BATCH: Final = 200


def end_due_offers(database: Database, *, now: Callable[[], datetime]) -> int:
    """End every open offer that is due, a batch in each transaction; return how many."""
    total, ended = 0, BATCH
    while ended == BATCH:
        with database.transaction() as session:
            ended = expire_offers(session, now=now(), limit=BATCH)
        total += ended
    return total
