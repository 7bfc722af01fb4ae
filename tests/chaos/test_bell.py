"""Ringing never keeps anybody waiting, whatever has become of Valkey."""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, cast

import pytest

from shared.tasks import CeleryBell, bell_key, connect_redis, make_celery
from tests.support.valkey import running_valkey, stopped

if TYPE_CHECKING:
    from redis import Redis

pytestmark = pytest.mark.chaos


class RedisThatJustAnswered:
    """Stands for the moment between the key and the message, in which Valkey may still go away."""

    def set(self, *_args: object, **_options: object) -> bool:
        return True


def seconds_of_ring(bell: CeleryBell) -> float:
    began = time.monotonic()
    bell.ring("materials")
    return time.monotonic() - began


@pytest.mark.parametrize("when", ["before the key", "between key and message"])
@pytest.mark.parametrize("fault", ["gone", "frozen"])
def test_ringing_waits_shortly_and_once(when: str, fault: str) -> None:
    with ExitStack() as stack:
        url = stack.enter_context(running_valkey())
        redis = connect_redis(url)
        celery = make_celery(url, queues=("materials",))
        CeleryBell(celery, redis).ring("materials")
        assert redis.llen("materials") == 1
        redis.delete(bell_key("materials"))
        bell = CeleryBell(celery, redis if when == "before the key" else cast("Redis", RedisThatJustAnswered()))
        if fault == "gone":
            stack.close()
        else:
            stack.enter_context(stopped(url))
        first = seconds_of_ring(bell)
        assert first < 5, "a worker's patience of 10 s"
        if fault == "frozen":
            assert seconds_of_ring(bell) < first / 5, "after a failure nobody waits again for a while"
