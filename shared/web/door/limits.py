"""How often is too often: declared beside the view, counted in Redis, and in memory when Redis is gone.

A view declares its limits with :func:`limited`; other views pay nothing. Without Redis each process counts for itself,
so a limit is then that of one process times their number.

This is the limits library itself. Flask-Limiter, which wraps it, doubles the cost of a page that has no limit at all
(37 µs become 82 µs here), and logs the keys of those it refuses.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from ipaddress import IPv6Network
from math import ceil
from typing import Any, Final, NamedTuple, TypeVar

from flask import Flask, current_app, request
from limits import RateLimitItem, WindowStats, parse
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from shared.errors import TooMany
from shared.words.sentences import _l

log = logging.getLogger(__name__)

View = TypeVar("View", bound=Callable[..., object])
Key = Callable[[], str]

_LIMITS: Final = "__limits__"
_COUNTER: Final = "academy.counter"
_REST: Final = 5.0
"""Seconds that pass after Redis failed before it is asked again, so that a dead Redis slows one request, not all."""
LONGEST_KEY: Final = 1000
"""Characters of a value that are looked at to tell callers apart."""
_PATIENCE: Final = 0.3
"""Seconds to wait for Redis."""
_COUNT: Final = """
-- KEYS: the window before and the present one of each limit. ARGV: how many calls it allows, in how many seconds.
-- A window lives for twice its time: when half of that is over it is the window before, and weighs less and less.
for limit = 1, #KEYS / 2 do
  local before, present = KEYS[2 * limit - 1], KEYS[2 * limit]
  local most, span = tonumber(ARGV[2 * limit - 1]), 1000 * tonumber(ARGV[2 * limit])
  local lives = redis.call('PTTL', present)
  if lives > 0 and lives < span then
    redis.call('RENAME', present, before)
    lives = lives + span
    redis.call('SET', present, 0, 'PX', lives)
  end
  local counted = tonumber(redis.call('GET', present)) or 0
  local fades = redis.call('PTTL', before)
  if fades > 0 then counted = counted + math.floor((tonumber(redis.call('GET', before)) or 0) * fades / span) end
  if counted >= most then return limit end
  if lives > 0 then redis.call('INCR', present) else redis.call('SET', present, 1, 'PX', 2 * span) end
end
return 0
"""


@dataclass(frozen=True)
class Limit:
    """So many calls in such a time, counted for each value of ``by``."""

    rate: RateLimitItem
    by: Key


def limited(rate: str, *, by: Key) -> Callable[[View], View]:
    """Refuse the view (429) to whoever calls more often than ``rate`` ("5 per hour"); limits may be stacked.

    They are counted from the uppermost to the lowest: the caller, which costs nothing to know, stands above a key that
    has to be worked out.
    """
    item = parse(rate)

    def declare(view: View) -> View:
        setattr(view, _LIMITS, (Limit(item, by), *limits_of(view)))
        return view

    return declare


def limits_of(view: object) -> tuple[Limit, ...]:
    """Return the limits that ``view`` declared."""
    found: tuple[Limit, ...] = getattr(view, _LIMITS, ())
    return found


def by_caller() -> str:
    """Count for each address that calls: one IPv4 address, or one IPv6 network of 64 bits."""
    address = request.remote_addr or "unknown"
    if ":" not in address:
        return address
    try:
        return str(IPv6Network((address.partition("%")[0], 64), strict=False))
    except ValueError:
        return address


def by_field(name: str, *, reading: Callable[[str], str]) -> Key:
    """Count for each value of a form field, as the view will read it; the store sees only its hash."""

    def key() -> str:
        value = reading(request.form.get(name, "")[:LONGEST_KEY])
        return f"{name}:{hashlib.sha256(value.encode()).hexdigest()[:32]}"

    return key


def by_both(first: Key, second: Key) -> Key:
    """Count for each pair: what one caller tries at one address locks nobody else out of it."""
    return lambda: f"{first()} {second()}"


class Allowance(NamedTuple):
    """So many calls of ``most`` in ``window`` seconds are left for ``seconds`` more."""

    most: int
    window: int
    left: int
    seconds: int


class Counter:
    """Counts in Redis; while Redis is away, in this process."""

    def __init__(self, redis_url: str) -> None:
        options: dict[str, Any] = {
            "socket_timeout": _PATIENCE,
            "socket_connect_timeout": _PATIENCE,
            "retry": Retry(NoBackoff(), 0),
        }
        self._storage = RedisStorage(redis_url, key_prefix="academy:limits", **options)
        self._count = self._storage.storage.register_script(_COUNT)
        self._shared = SlidingWindowCounterRateLimiter(self._storage)
        self._own = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._rests_until = 0.0

    def hit(self, rate: RateLimitItem, *identifiers: str) -> bool:
        """Count one call; say whether it was within the limit."""
        return self.first_exceeded([(rate, identifiers)]) is None

    def first_exceeded(self, asked: Sequence[tuple[RateLimitItem, Sequence[str]]]) -> int | None:
        """Count one call at each limit, in order; return the place of the first that it exceeds, or None.

        There the counting ends: whoever is held up at one limit uses up nothing of the next. One journey for all.
        """
        if time.monotonic() >= self._rests_until:
            try:
                return self._first_exceeded(asked)
            except RedisError:
                self._rests_until = time.monotonic() + _REST
                log.warning("limits are counted in this process: Redis does not answer")
        places = (place for place, (rate, names) in enumerate(asked) if not self._own.hit(rate, *names))
        return next(places, None)

    def _first_exceeded(self, asked: Sequence[tuple[RateLimitItem, Sequence[str]]]) -> int | None:
        keys: list[str] = []
        bounds: list[int] = []
        for rate, names in asked:
            key, names_of = rate.key_for(*names), self._storage
            # the library's own names, under which it finds what is left
            windows = names_of._previous_window_key(key), names_of._current_window_key(key)  # noqa: SLF001
            keys.extend(map(names_of.prefixed_key, windows))
            bounds += [rate.amount, rate.get_expiry()]
        place = int(self._count(keys, bounds))
        return place - 1 if place else None

    def standing(self, rate: RateLimitItem, *identifiers: str) -> Allowance:
        """Return what is left of a limit."""
        if time.monotonic() >= self._rests_until:
            try:
                return _standing(rate, self._shared.get_window_stats(rate, *identifiers))
            except RedisError:
                self._rests_until = time.monotonic() + _REST
        return _standing(rate, self._own.get_window_stats(rate, *identifiers))


def _standing(rate: RateLimitItem, stats: WindowStats) -> Allowance:
    return Allowance(rate.amount, rate.get_expiry(), stats.remaining, max(1, ceil(stats.reset_time - time.time())))


def too_many(counter: Counter, rate: RateLimitItem, *identifiers: str) -> TooMany:
    """Return the refusal of one call too many, which says how long to wait."""
    return TooMany(_l("Wait a little before you try again."), wait=counter.standing(rate, *identifiers).seconds)


def use_limits(app: Flask, redis_url: str) -> None:
    """Let the views of ``app`` be counted as they declared. Redis may be away now, later and again."""
    counter = app.extensions[_COUNTER] = Counter(redis_url)
    for endpoint, view in list(app.view_functions.items()):
        if limits_of(view):
            app.view_functions[endpoint] = _counted(counter, endpoint, view)


def within(rate: RateLimitItem, *identifiers: str) -> bool:
    """Count one call of something that is no view of its own; say whether it was within ``rate``."""
    return the_counter().hit(rate, *identifiers)


def the_counter() -> Counter:
    """Return the counter of this application."""
    counter: Counter = current_app.extensions[_COUNTER]
    return counter


def _counted(counter: Counter, endpoint: str, view: Any) -> Any:
    limits = limits_of(view)

    @wraps(view)
    def count_first(**arguments: Any) -> Any:
        asked = [(limit.rate, (endpoint, limit.by())) for limit in limits]
        exceeded = counter.first_exceeded(asked)
        if exceeded is not None:
            rate, names = asked[exceeded]
            raise too_many(counter, rate, *names)
        return view(**arguments)

    return count_first
