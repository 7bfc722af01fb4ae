"""How many statements PostgreSQL ran for whom, in its own count, which no load disturbs."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import psycopg

from stack.addresses import libpq_url

if TYPE_CHECKING:
    from bench.stand import Stand

OWN: Final = "shared_preload_libraries = 'pg_stat_statements'\npg_stat_statements.track_utility = off\n"
_READ: Final = """
SELECT coalesce(sum(calls), 0), coalesce(sum(shared_blks_hit + shared_blks_read), 0), coalesce(sum(wal_bytes), 0)
FROM pg_stat_statements JOIN pg_roles ON pg_roles.oid = userid WHERE rolname = %s
"""


class CannotCount(Exception):  # noqa: N818 - a sentence for a person
    """The PostgreSQL of the stand does not count statements."""


@dataclass
class Counted:
    """What one role ran: statements without BEGIN and COMMIT, the pages they touched, the bytes they logged."""

    statements: int = 0
    pages: int = 0
    logged: int = 0


def count_statements(stand: Stand) -> None:
    """Let the stand's own PostgreSQL count statements from now on; it starts anew for that."""
    url = libpq_url(stand.owner_url)
    folder = stand.stack.places.postgres
    if not folder.exists():
        raise CannotCount("statements are counted in the embedded PostgreSQL only")
    (folder / "own.conf").write_text(OWN, encoding="utf-8")
    (folder / "own.conf").chmod(0o644)
    os.kill(stand.stack.pid_of("postgres"), signal.SIGINT)
    end = time.monotonic() + 60
    while True:
        try:
            with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
                connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
                connection.execute("SELECT count(*) FROM pg_stat_statements")
        except psycopg.Error:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)
        else:
            return


@contextmanager
def counting(stand: Stand, *, service: str) -> Iterator[Counted]:
    """Count what the role of ``service`` runs until the block ends; everybody else's statements do not count."""
    found = Counted()
    with psycopg.connect(libpq_url(stand.owner_url), autocommit=True) as onlooker:
        onlooker.execute("SELECT pg_stat_statements_reset()")
        yield found
        totals = onlooker.execute(_READ, [f"academy_{service}"]).fetchone() or (0, 0, 0)
    found.statements, found.pages, found.logged = (int(figure) for figure in totals)
