"""Token buckets, one for each domain that mail goes to: in Redis, and in PostgreSQL while Redis is away.

A bucket fills at its rate up to one second's worth. Who finds it empty books a later moment: bookings stand in line, so
that a million mails to one domain are spread over the hours they take, and each is looked at about twice.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any, Final, cast

from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.orm import Session

from services.notifications.rules.pace import Taken
from shared.doors import connect_redis

if TYPE_CHECKING:
    from redis import Redis

    from services.notifications.settings import NotificationsSettings

log = logging.getLogger(__name__)

_REST: Final = 5.0
"""Seconds that pass after Redis failed before it is asked again."""
_TAKE: Final = """
local clock = redis.call('TIME')
local now = tonumber(clock[1]) + tonumber(clock[2]) / 1000000
local rate, wanted, overtaking = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3] == '1'
local known = redis.call('HMGET', KEYS[1], 'tokens', 'filled', 'booked')
local most = math.max(1, rate)
local tokens = math.min(most, (tonumber(known[1]) or most) + math.max(0, now - (tonumber(known[2]) or now)) * rate)
local given = overtaking and wanted or math.max(0, math.min(wanted, math.floor(tokens)))
local booked = math.max(now, tonumber(known[3]) or now)
local first = booked - now
booked = booked + (wanted - given) / rate
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens - given), 'filled', tostring(now), 'booked', tostring(booked))
redis.call('PEXPIRE', KEYS[1], math.ceil((booked - now + most / rate + 60) * 1000))
return {given, tostring(first)}
"""
_KEPT: Final = text("""
INSERT INTO notifications.domain_pace (domain, tokens, filled_at, booked_until)
VALUES (:domain, greatest(1, CAST(:rate AS double precision)), clock_timestamp(), clock_timestamp())
ON CONFLICT DO NOTHING""")
_LOOK: Final = text("""
SELECT tokens, greatest(0, extract(epoch FROM clock_timestamp() - filled_at))::float8,
    greatest(0, extract(epoch FROM booked_until - clock_timestamp()))::float8
FROM notifications.domain_pace WHERE domain = :domain FOR UPDATE""")
_PUT: Final = text("""
UPDATE notifications.domain_pace SET tokens = :tokens, filled_at = clock_timestamp(),
    booked_until = clock_timestamp() + make_interval(secs => :booked) WHERE domain = :domain""")


class Buckets:
    """The buckets of all domains, as one sender sees them."""

    def __init__(self, settings: NotificationsSettings) -> None:
        self._rates = dict(settings.mail_domains)
        self._url = settings.redis_url
        self._redis: Redis | None = None
        self._away_until = 0.0

    def rate_of(self, domain: str) -> float | None:
        """Return how many mails a second a domain wants at most; None for as many as come."""
        return self._rates.get(domain, self._rates.get("*"))

    def take(self, session: Session, domain: str, wanted: int, *, overtaking: bool) -> Taken:
        """Take leave for ``wanted`` mails to a domain that has a rate. Who is ``overtaking`` gets it for all."""
        rate = self._rates.get(domain) or self._rates["*"]
        if time.monotonic() >= self._away_until:
            try:
                return self._from_redis(domain, rate, wanted, overtaking=overtaking)
            except RedisError as error:
                log.warning("limits of domains are kept in PostgreSQL: %s", type(error).__name__)
                self._away_until = time.monotonic() + _REST
        return self._from_postgres(session, domain, rate, wanted, overtaking=overtaking)

    def _from_redis(self, domain: str, rate: float, wanted: int, *, overtaking: bool) -> Taken:
        if self._redis is None:
            self._redis = connect_redis(self._url)
        told = (rate, wanted, "1" if overtaking else "0")
        given, first = cast("list[Any]", self._redis.eval(_TAKE, 1, f"academy:mail:domain:{domain}", *map(str, told)))
        return Taken(int(given), float(first))

    @staticmethod
    def _from_postgres(session: Session, domain: str, rate: float, wanted: int, *, overtaking: bool) -> Taken:
        session.execute(_KEPT, {"domain": domain, "rate": rate})
        tokens, since, booked = session.execute(_LOOK, {"domain": domain}).one()
        tokens = min(max(1.0, rate), tokens + since * rate)
        given = wanted if overtaking else max(0, min(wanted, int(tokens)))
        later = booked + (wanted - given) / rate
        session.execute(_PUT, {"domain": domain, "tokens": tokens - given, "booked": later})
        return Taken(given, booked)
