"""A round that lets go of what is no longer needed: a batch in each transaction, so that nobody waits for it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final, Protocol

from sqlalchemy.exc import SQLAlchemyError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from shared.database import Database

log = logging.getLogger(__name__)

BATCH: Final = 5_000


class Prune(Protocol):
    """Deletes at most ``limit`` rows of a kind whose time is over; returns how many."""

    __name__: str

    def __call__(self, session: Session, *, now: datetime, limit: int) -> int:
        """Delete what is due at ``now``."""


def prune_all(database: Database, prunes: Iterable[Prune], *, now: Callable[[], datetime], batch: int = BATCH) -> int:
    """Let each of ``prunes`` delete what is due; return how many rows went. What failed does not keep back the rest."""
    total = 0
    for prune in prunes:
        kind, pruned, gone = prune.__name__, batch, 0
        try:
            while pruned == batch:
                with database.transaction() as session:
                    pruned = prune(session, now=now(), limit=batch)
                gone += pruned
        except SQLAlchemyError:
            log.exception("%s failed after %d rows; it is tried again at the next round", kind, gone)
        if gone:
            log.info("%s: %d rows", kind, gone)
        total += gone
    return total
