"""Connections to PostgreSQL: kept while they are used, let go when they are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from shared.database import Database
from tests.support.patience import until

if TYPE_CHECKING:
    from collections.abc import Callable

PID = text("SELECT pg_backend_pid()")


def test_what_nobody_uses_is_let_go_and_the_next_transaction_does_not_notice(
    owner_database: Database, database_url_for: Callable[[str], str]
) -> None:
    def is_there(pid: int) -> bool:
        with owner_database.reading() as session:
            found = session.scalar(text("SELECT count(*) FROM pg_stat_activity WHERE pid = :pid"), {"pid": pid})
            return bool(found)

    database = Database(database_url_for("registration"), name="left alone", idle_seconds=1)
    try:
        with database.transaction() as session:
            before = session.scalar(PID)
        until(lambda: not is_there(before), seconds=30, what="the end of the idle session")
        with database.transaction() as session:
            assert session.scalar(PID) != before
    finally:
        database.dispose()


def test_a_page_that_only_reads_leaves_the_connection_what_it_has_prepared(
    database_url_for: Callable[[str], str],
) -> None:
    database = Database(database_url_for("registration"), pool_size=1)
    try:
        for _ in range(7):  # psycopg prepares what it has run five times
            with database.reading() as session:
                session.execute(text("SELECT count(*) FROM people.addressable WHERE name = :name"), {"name": "Awa"})
        with database.reading() as session:
            assert session.scalar(
                text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%name = $1%'")
            )
    finally:
        database.dispose()
