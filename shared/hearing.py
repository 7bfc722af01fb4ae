"""How a process that is no Celery worker hears facts: it reacts to what waits, and sleeps until somebody rings.

For a subscriber whose reactions somebody waits for: they stand behind no other task. A ring that is lost costs the time
to the next look; the worker's sweep reacts as well, should this process be away.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy.exc import SQLAlchemyError

from shared.doors import AtTheDoor, connect_redis
from shared.outbox import drain, drain_after_death

if TYPE_CHECKING:
    from shared.database import Database
    from shared.outbox import Reactions

log = logging.getLogger(__name__)

REACT_SECONDS: Final = 5.0
"""For how long it reacts until it says again that it lives."""
LOOK_SECONDS: Final = 2.0
"""How often it looks when nobody rings."""


def react_at_door(
    database: Database,
    reactions: Reactions,
    *,
    redis_url: str,
    now: Callable[[], datetime],
    stopping: Callable[[], bool],
    alive: Callable[[], None] = lambda: None,
    after_death: bool = False,
) -> None:
    """React to what the subscriber hears until ``stopping``; ``alive`` is called every few seconds.

    ``after_death``: the process before this one fell, and it may be a reaction that did it, so tries are counted
    beforehand until everything that waits has been gone through.
    """
    bell = AtTheDoor(connect_redis(redis_url), reactions.subscriber)
    react = drain_after_death if after_death else drain
    while not stopping():
        alive()
        more = False
        try:
            more = react(database, reactions, seconds=REACT_SECONDS, now=now).more
        except SQLAlchemyError as error:
            log.warning("the database is out of reach: %s", type(error).__name__)
        if not more:
            react = drain
            bell.wait(LOOK_SECONDS)
