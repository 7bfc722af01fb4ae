"""The round that sweeps the store: nothing lies there for ever that no row names."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from services.materials.actions.strays import let_go_strays, note_strays, without_rows
from services.materials.gateways.store import Store
from shared.database import Database

log = logging.getLogger(__name__)

UNTOUCHED: Final = timedelta(days=1)
"""A file gets its row within the request that brings it, which lasts no day."""
BATCH: Final = 200
"""Files in one transaction."""
MOST: Final = 2_000
"""Files in one round, so that it ends within what a task may take."""


def sweep_store(
    database: Database,
    store: Store,
    *,
    now: Callable[[], datetime],
    batch: int = BATCH,
    untouched_for: timedelta = UNTOUCHED,
) -> int:
    """Let go of what no row has named for a week, and of what never got a row; return how many files went."""
    with database.transaction() as session:
        note_strays(session, now=now())
    gone = swept = 0
    for _round in range(MOST // batch):
        with database.transaction() as session:
            swept = let_go_strays(session, store, now=now(), limit=batch)
        gone += swept
        if swept < batch:
            break
    found = store.strays(untouched_for=untouched_for)
    for _round in range(MOST // batch):
        some = list(islice(found, batch))
        with database.reading() as session:
            nameless = without_rows(session, some)
        for sha256 in nameless:
            store.drop(sha256)
        gone += len(nameless)
        if len(some) < batch:
            break
    if gone:
        log.info("sweep_store: %d files", gone)
    return gone
