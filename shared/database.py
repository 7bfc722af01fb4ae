"""The only place that commits.

A route, a task or a command opens ``with database.transaction() as session:``; the end of the block commits, and only
then do the deeds run that were left with :func:`after_commit`. Actions may flush, never commit.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Protocol

from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

log = logging.getLogger(__name__)

IDLE_SECONDS: Final = 30
"""PostgreSQL ends a session that nobody used for so long: what a rush opened is memory that a quiet hour lacks."""


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
            pool_use_lifo=True,  # a few connections do the work of a quiet hour, and the others are let go
            # A tenth of a millisecond each time, so that a restart of PostgreSQL costs nobody an error page.
            pool_pre_ping=True,
            connect_args={
                "application_name": name,
                "connect_timeout": 5,
                "options": "-c timezone=UTC -c statement_timeout=30s -c lock_timeout=5s"
                f" -c idle_in_transaction_session_timeout=60s -c idle_session_timeout={idle_seconds}s",
            },
        )
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
    def reading(self) -> Iterator[Session]:
        """Open a session that sees one snapshot and can write nothing."""
        with self._sessions() as session:
            session.connection(execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True})
            yield session

    def dispose(self) -> None:
        """Close every pooled connection; a forked child calls it before its first query."""
        self.engine.dispose()


def after_commit(session: Session, deed: Callable[[], None]) -> None:
    """Run ``deed`` once, after the transaction of ``session`` has been committed; never when it is rolled back.

    For bells and other things that may be lost. A failing deed is logged, not raised: the work is already promised.
    """
    session.info["after_commit"].append(deed)


def psycopg_url(url: str) -> str:
    """Return ``url`` with the driver this project uses spelled out."""
    for scheme in ("postgresql://", "postgres://"):
        if url.startswith(scheme):
            return "postgresql+psycopg://" + url.removeprefix(scheme)
    return url
