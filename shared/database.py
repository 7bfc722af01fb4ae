"""The only place that commits.

A route, a task or a command opens ``with database.transaction() as session:``; the end of the block commits, and only
then do the deeds run that were left with :func:`after_commit`. Actions may flush, never commit.
"""

from __future__ import annotations

import logging
import select
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Protocol

import psycopg
from sqlalchemy import create_engine, event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import Session, sessionmaker

from shared.clock import follow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.pool import ConnectionPoolEntry

log = logging.getLogger(__name__)

IDLE_SECONDS: Final = 30
"""PostgreSQL ends a session that nobody used for so long: what a rush opened is memory that a quiet hour lacks."""
LONG_REST: Final = 20.0
"""Seconds after which a connection of the pool is asked whether it still lives before it is used."""
_RESTED: Final = "rested since"


class Bell(Protocol):
    """Wakes the worker of a queue. Ringing never raises and never takes long; a lost ring costs only time."""

    def ring(self, queue: str) -> None:
        """Tell the workers of ``queue`` that work waits."""


class Database:
    """One login to PostgreSQL with its pool of connections.

    ``url`` is a SQLAlchemy or libpq URL; any ``postgresql://`` is taken to mean psycopg 3. ``name`` shows in
    ``pg_stat_activity``. A connection waits at most 5 s for a free place in the pool. PostgreSQL ends a session that is
    left alone for ``idle_seconds``, with the locks it holds.
    """

    def __init__(
        self,
        url: str,
        *,
        bell: Bell | None = None,
        pool_size: int = 4,
        name: str = "academy",
        idle_seconds: int = IDLE_SECONDS,
    ) -> None:
        self.bell = bell
        self.engine = create_engine(
            psycopg_url(url),
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_timeout=5,
            # Few connections stay warm, with the statements that they have prepared; the others are there for a rush
            # and are let go after it.
            pool_use_lifo=True,
            connect_args={
                "application_name": name,
                "connect_timeout": 5,
                "options": "-c timezone=UTC -c statement_timeout=30s -c lock_timeout=5s"
                f" -c idle_in_transaction_session_timeout=60s -c idle_session_timeout={idle_seconds}s",
            },
        )
        event.listen(self.engine, "connect", _learn_the_time)
        event.listen(self.engine, "checkout", self._require_life)
        event.listen(self.engine, "checkin", _note_rest)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Open a session whose changes are committed together at the block's end, or not at all.

        READ COMMITTED. What was left with :func:`after_commit` runs after the commit, in order.
        """
        with self._sessions() as session:
            session.info["bell"] = self.bell
            session.info["after_commit"] = []
            with session.begin():
                yield session
            deeds: list[Callable[[], None]] = session.info["after_commit"]
        for deed in deeds:
            try:
                deed()
            except Exception:
                log.exception("a deed after commit failed; the sweep will make up for it")

    @contextmanager
    def at_once(self) -> Iterator[Session]:
        """Open a session for a single statement, which is a transaction by itself: one journey instead of three.

        It sees one snapshot and is committed when it has run. Nothing is left for after the commit.
        """
        with self.engine.connect() as connection, self._sessions(bind=connection) as session:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session that sees one snapshot and can write nothing.

        It ends with a COMMIT: at a ROLLBACK psycopg throws away every statement that the connection has prepared.
        """
        with self._sessions() as session, session.begin():
            session.connection(execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True})
            yield session

    def _require_life(self, connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
        """Let only a live connection out of the pool, so that a restart of PostgreSQL costs nobody an error page.

        A server that ends says so on the line or hangs up: whoever looks at the socket sees it without a journey. Only
        where there is something to read, or after a long rest (a firewall may have forgotten the line), it is asked.
        """
        rested_since = record.info.get(_RESTED)
        if rested_since is None:
            return  # just made
        if time.monotonic() - rested_since < LONG_REST and not _has_word(connection):
            return
        try:
            self.engine.dialect.do_ping(connection)
        except psycopg.Error as error:
            raise InvalidatePoolError from error

    def dispose(self) -> None:
        """Close every pooled connection; a forked child calls it before its first query."""
        self.engine.dispose()


def after_commit(session: Session, deed: Callable[[], None]) -> None:
    """Run ``deed`` once, after the transaction of ``session`` has been committed; never when it is rolled back.

    For bells and other things that may be lost. A failing deed is logged, not raised: the work is already promised.
    """
    session.info["after_commit"].append(deed)


def _learn_the_time(connection: psycopg.Connection, _record: object) -> None:
    """Keep to this server's clock: what ends at a moment is begun and judged by many processes."""
    asked_at = datetime.now(UTC)
    row = connection.execute("SELECT clock_timestamp()").fetchone()
    answered_at = datetime.now(UTC)
    connection.rollback()
    if row is not None:
        follow(row[0], asked_at=asked_at, answered_at=answered_at)


def _note_rest(_connection: object, record: ConnectionPoolEntry) -> None:
    record.info[_RESTED] = time.monotonic()


def _has_word(connection: psycopg.Connection) -> bool:
    """Say whether the server has sent something that nobody asked for, or has hung up."""
    try:
        line = select.poll()
        line.register(connection.fileno(), select.POLLIN | select.POLLHUP | select.POLLERR)
        return bool(line.poll(0))
    except psycopg.Error:
        return True


def psycopg_url(url: str) -> str:
    """Return ``url`` with the driver this project uses spelled out."""
    for scheme in ("postgresql://", "postgres://"):
        if url.startswith(scheme):
            return "postgresql+psycopg://" + url.removeprefix(scheme)
    return url
