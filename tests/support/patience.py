"""Waiting for what other processes do, and not waiting for what time would do."""

from __future__ import annotations

import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import text

from shared.clock import follow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from shared.database import Database


def until(holds: Callable[[], bool], *, seconds: float = 10, what: str = "it to happen") -> None:
    """Return as soon as ``holds()`` is true; fail after ``seconds``, saying what was waited for."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        time.sleep(0.05)


def let_time_pass(owner: Database, **span: float) -> None:
    """Make everything in the ledger, and the relay's trouble, that much older."""
    with owner.transaction() as session:
        for statement in (
            """UPDATE notifications.delivery SET not_before = not_before - :span,
            first_tried_at = first_tried_at - :span, useless_after = useless_after - :span""",
            "UPDATE notifications.relay_trouble SET next_try_at = next_try_at - :span",
            "UPDATE notifications.relay_pace SET next_slot = next_slot - :span, learned_at = learned_at - :span",
        ):
            session.execute(text(statement), {"span": timedelta(**span)})


@contextmanager
def clock_ahead(by: timedelta) -> Iterator[None]:
    """Let this process hear that PostgreSQL's clock is so far ahead, until the end of the block."""
    moment = datetime.now(UTC)
    follow(moment + by, asked_at=moment, answered_at=moment)
    try:
        yield
    finally:
        follow(moment, asked_at=moment, answered_at=moment)
