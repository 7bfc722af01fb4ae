"""How long what came back is kept: mail servers and people write into it what they like."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from shared.retention import delete_some
from shared.schema.notifications.returns import ReturnedMail

UNDERSTOOD_LASTS: Final = timedelta(days=365)
"""Until after the next edition: whose mail came back the last time is asked when it is written to again."""
PUZZLES_LAST: Final = timedelta(days=90)
"""What nobody understood is kept whole, for a human to look at; a quarter of a year is time enough."""
_PUZZLES: Final = ("unknown", "unreadable")


def prune_returned(session: Session, *, now: datetime, limit: int) -> int:
    """Delete at most ``limit`` messages that were read and acted upon long ago; return how many.

    What waits to be read is a promise and stays. A return address is good for a shorter time, so nothing counts twice.
    """
    return delete_some(session, ReturnedMail, ReturnedMail.settled_at < now - UNDERSTOOD_LASTS, limit=limit)


def prune_puzzles(session: Session, *, now: datetime, limit: int) -> int:
    """Delete at most ``limit`` messages that nobody understood, with their text; return how many."""
    due = (ReturnedMail.kind.in_(_PUZZLES), ReturnedMail.settled_at < now - PUZZLES_LAST)
    return delete_some(session, ReturnedMail, *due, limit=limit)
