"""Lets go of what is no longer needed: done entries, and facts about links that have long been worthless."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shared.retention import prune_entries, prune_passing_facts

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from shared.database import Database

BATCH: Final = 5_000


def prune_outbox(database: Database, *, now: Callable[[], datetime]) -> int:
    """Delete what is old enough, a batch in each transaction; return how many rows."""
    total = 0
    for prune in (prune_entries, prune_passing_facts):
        pruned = BATCH
        while pruned == BATCH:
            with database.transaction() as session:
                pruned = prune(session, now=now(), limit=BATCH)
            total += pruned
    return total
