"""Waking processes that are no Celery workers: a word on a channel of Redis, heard by whoever listens at that moment.

A ring that nobody hears is lost, as any ring may be: who lives behind a door looks by itself every few seconds.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Final

from redis import Redis
from redis.exceptions import RedisError

if TYPE_CHECKING:
    from redis.client import PubSub

log = logging.getLogger(__name__)

DOORS: Final = frozenset({"notifications", "mail", "campaigns"})
"""The postmen's: who writes notices, who carries them, who carries campaigns. Other bells are queues of Celery's."""
QUEUES: Final = ("registration", "materials", "notifications", "maker")
"""Of the worker: one for each service, swept where it is not rung, and one for what takes long, so that nobody waits
behind a book of 500 pages."""
QUIET_SECONDS: Final = 5.0
"""After Redis failed, nobody waits for it again for so long."""
REDIS_AWAY_SECONDS: Final = 1.0
"""How often whoever lives behind a door looks then."""


def door(name: str) -> str:
    """Return the channel on which the bell of ``name`` is rung."""
    return f"door:{name}"


def connect_redis(url: str) -> Redis:
    """Return a client that gives up quickly: nothing of ours may hang because Redis is away."""
    return Redis.from_url(url, socket_timeout=0.5, socket_connect_timeout=0.3, health_check_interval=25)


class DoorBell:
    """The bell of a process that loads no Celery: it rings at doors, and leaves other queues to the sweep."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._quiet_until = 0.0

    def ring(self, queue: str) -> None:
        """Wake who lives behind the door ``queue``. Never raises."""
        if queue not in DOORS or time.monotonic() < self._quiet_until:
            return
        try:
            self._redis.publish(door(queue), b"")
        except (RedisError, OSError) as error:
            self._quiet_until = time.monotonic() + QUIET_SECONDS
            log.warning("the bell of %s did not ring: %s", queue, type(error).__name__)


class AtTheDoor:
    """Sleeps until the bell at a door rings, or for a while; Redis may be away."""

    def __init__(self, redis: Redis, name: str) -> None:
        self._redis = redis
        self._door = door(name)
        self._ear: PubSub | None = None

    def wait(self, seconds: float) -> None:
        """Return when somebody rings, at the latest after ``seconds``."""
        try:
            if self._ear is None:
                ear: PubSub = self._redis.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
                ear.subscribe(self._door)
                self._ear = ear
                return  # whoever rang before this was not heard: look once more
            end = time.monotonic() + seconds
            while (left := end - time.monotonic()) > 0:
                if self._ear.get_message(timeout=left) is not None:
                    break
            while self._ear.get_message(timeout=0) is not None:
                pass  # one look is enough for all who rang
        except (RedisError, OSError):
            self._ear = None
            time.sleep(min(seconds, REDIS_AWAY_SECONDS))
