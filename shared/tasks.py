"""Celery as the doorbell: settings that survive Redis, and the bell itself.

PostgreSQL owns the work, so a message may vanish, come twice or come late. Each setting below answers a known trap of
Celery on Redis; the reasons stand beside them.
"""

from __future__ import annotations

import logging
import time
from typing import Any, Final

from celery import Celery
from kombu.exceptions import KombuError
from kombu.pools import producers
from redis import Redis
from redis.exceptions import RedisError

from shared.doors import DOORS, QUIET_SECONDS, connect_redis as connect_redis, door  # noqa: PLC0414 - whoever makes a bell makes a client

log = logging.getLogger(__name__)

BELL_SECONDS: Final = 2
"""How long a rung bell keeps others from ringing; a lost message is rung again after that."""
TASK_SECONDS: Final = 60
DRAIN_SECONDS: Final = 20.0
SWEEP_SECONDS: Final = 5.0
SHORT_FUSE: Final = {
    "socket_timeout": 0.5,
    "socket_connect_timeout": 0.3,
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
}
"""Who rings is answering somebody: the patience of a worker's connection would be that person's wait."""


def make_celery(redis_url: str, *, queues: tuple[str, ...]) -> Celery:
    """Return a Celery application on ``redis_url`` whose tasks go to the queue their name begins with."""
    celery = Celery("academy", broker=redis_url)
    transport: dict[str, Any] = {
        "visibility_timeout": 5 * TASK_SECONDS,  # five times the longest task: late deliveries, never early ones
        "socket_timeout": 10,  # a half-open connection must not hang for ever
        "socket_connect_timeout": 2,
        "socket_keepalive": True,
        "health_check_interval": 25,
        "unacked_restore_throttle": 1,
    }
    celery.conf.update(
        accept_content=["json"],  # pickle would let whoever writes to Redis run code
        task_serializer="json",
        task_ignore_result=True,
        result_backend=None,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_time_limit=TASK_SECONDS,
        task_soft_time_limit=TASK_SECONDS - 10,
        worker_prefetch_multiplier=1,
        worker_soft_shutdown_timeout=10,
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
        worker_enable_remote_control=False,  # whoever writes to Redis could stop the worker; nothing of ours asks it
        broker_transport_options=transport,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_pool_limit=2,
        visibility_timeout=transport["visibility_timeout"],
        task_create_missing_queues=True,
        task_default_queue=queues[0],
        task_routes={f"{queue}.*": {"queue": queue} for queue in queues},
        timezone="UTC",
        enable_utc=True,
        # no expiry: it would be the clock's time of day, judged by the worker's
        beat_schedule={
            f"{queue}.react": {
                "task": f"{queue}.react",
                "schedule": SWEEP_SECONDS,
            }
            for queue in queues
        },
    )
    return celery


class CeleryBell:
    """Rings by sending the task ``<queue>.react``, at most once while a ring is still unheard.

    The key in Redis only saves messages: the task deletes it *before* it looks for work, so a row committed after the
    look rings anew. When Redis is away nobody waits for it: the sweep finds the row.
    """

    def __init__(self, celery: Celery, redis: Redis) -> None:
        self._celery = celery
        self._redis = redis
        self._connection = celery.connection_for_write(transport_options=SHORT_FUSE)
        self._quiet_until = 0.0

    def ring(self, queue: str) -> None:
        """Wake ``queue`` unless it is about to wake anyway. Never raises."""
        if time.monotonic() < self._quiet_until:
            return
        try:
            if queue in DOORS:
                self._redis.publish(door(queue), b"")
            elif self._redis.set(bell_key(queue), "1", nx=True, ex=BELL_SECONDS):
                # looked up each time: a forked worker closes the pools it inherited and gets new ones
                with producers[self._connection].acquire(block=True, timeout=1) as producer:
                    self._celery.send_task(f"{queue}.react", queue=queue, producer=producer, retry=False)
        except (RedisError, KombuError, OSError) as error:
            self._quiet_until = time.monotonic() + QUIET_SECONDS
            log.warning("the bell of %s did not ring: %s", queue, type(error).__name__)


def bell_key(queue: str) -> str:
    """Return the key that says the bell of ``queue`` has been rung and not yet heard."""
    return f"bell:{queue}"


def heard_bell(redis: Redis, queue: str) -> None:
    """Let the next ring through; called by the task before it looks for work."""
    try:
        redis.delete(bell_key(queue))
    except RedisError as error:
        log.warning("could not clear the bell of %s: %s", queue, type(error).__name__)
