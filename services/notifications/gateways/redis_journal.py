"""The journal in Redis: one hash per claim, written without waiting for each answer.

A note is on its way to Redis before the message is on its way to the relay, and stays so if this process dies. Its
answer is read before the next note: by then it has long arrived, so a message costs two system calls and no wait.
"""

from __future__ import annotations

import logging
from typing import Final
from uuid import UUID

from redis import Redis
from redis.connection import Connection
from redis.exceptions import RedisError

from services.notifications.gateways.journal import JournalLost, Noted
from services.notifications.gateways.relay import Reply

log = logging.getLogger(__name__)

KEPT_SECONDS: Final = 24 * 3600
_SERVER: Final = b"server"
"""The field that is written first: which run of Redis took the notes. A flush or a restart loses it or changes it."""


class RedisJournal:
    """Keeps notes in Redis or Valkey; lives without."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def open(self, claim_token: UUID) -> RedisNotes | None:
        """See :class:`~services.notifications.gateways.journal.Journal`."""
        try:
            with self._redis.pipeline(transaction=False) as pipe:
                pipe.hset(_key(claim_token), _SERVER, self._run_id())
                pipe.expire(_key(claim_token), KEPT_SECONDS)
                pipe.execute()
            pool = self._redis.connection_pool
            return RedisNotes(self._redis, pool.get_connection(), _key(claim_token))
        except (RedisError, OSError) as error:
            log.warning("sending without a journal: %s", type(error).__name__)
            return None

    def read(self, claim_token: UUID) -> Noted:
        """See :class:`~services.notifications.gateways.journal.Journal`."""
        try:
            noted: dict[bytes, bytes] = self._redis.hgetall(_key(claim_token))  # type: ignore[assignment]
            whole = noted.pop(_SERVER, b"") == self._run_id().encode()
        except (RedisError, OSError):
            return Noted(replies={}, begun=frozenset(), whole=False)
        replies = {UUID(field.decode()): _reply(value) for field, value in noted.items() if value != b"begun"}
        begun = frozenset(UUID(field.decode()) for field, value in noted.items() if value == b"begun")
        return Noted(replies=replies, begun=begun, whole=whole)

    def forget(self, claim_token: UUID) -> None:
        """See :class:`~services.notifications.gateways.journal.Journal`."""
        try:
            self._redis.delete(_key(claim_token))
        except (RedisError, OSError):
            log.debug("a journal was left to expire")

    def _run_id(self) -> str:
        return str(self._redis.info("server")["run_id"])


class RedisNotes:
    """The open journal of one claim, on a connection of its own."""

    def __init__(self, redis: Redis, connection: Connection, key: str) -> None:
        self._redis = redis
        self._connection: Connection | None = connection
        self._key = key
        self._unread = 0
        self._held: tuple[str, ...] = ()
        """The last answer of the relay: it travels with the note that the next message is begun."""

    def begin(self, delivery_id: UUID) -> None:
        """See :class:`~services.notifications.gateways.journal.Notes`."""
        self._write(*self._held, str(delivery_id), "begun")
        self._held = ()

    def settle(self, delivery_id: UUID, reply: Reply) -> None:
        """See :class:`~services.notifications.gateways.journal.Notes`."""
        self._held = (str(delivery_id), f"{reply.stage} {reply.code} {reply.text}")

    def close(self) -> None:
        """See :class:`~services.notifications.gateways.journal.Notes`."""
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                if self._held:
                    connection.send_command("HSET", self._key, *self._held)  # type: ignore[no-untyped-call]
                    self._unread += 1
                self._read(connection)
            except (RedisError, OSError):
                connection.disconnect()  # type: ignore[no-untyped-call]
            self._redis.connection_pool.release(connection)

    def _write(self, *fields: str) -> None:
        connection = self._connection
        if connection is None:
            raise JournalLost
        try:
            self._read(connection)
            connection.send_command("HSET", self._key, *fields)  # type: ignore[no-untyped-call]
            self._unread += 1
        except (RedisError, OSError) as error:
            connection.disconnect()  # type: ignore[no-untyped-call]
            self._unread = 0
            raise JournalLost(type(error).__name__) from error

    def _read(self, connection: Connection) -> None:
        while self._unread:
            self._unread -= 1
            connection.read_response()


def _key(claim_token: UUID) -> str:
    return f"mail:journal:{claim_token}"


def _reply(value: bytes) -> Reply:
    stage, code, text = value.decode("utf-8", "replace").split(" ", 2)
    return Reply(code=int(code), text=text, stage=stage)  # type: ignore[arg-type]
