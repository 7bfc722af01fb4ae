"""Fixtures on real parts: one PostgreSQL for a whole run, one migrated database for each test process."""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING

import psycopg
import pytest
from redis import Redis
from sqlalchemy.engine import make_url

from shared.database import Database
from shared.migrations.run import service_url, upgrade
from shared.schema.everything import metadata
from tests.support.folders import passing_folder
from tests.support.postgres import running_postgres
from tests.support.valkey import running_valkey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SERVER = "ACADEMY_TEST_POSTGRES"
TEMPLATE = "academy_template"
PASSWORD = "a-password-for-tests"
parts = pytest.StashKey[ExitStack]()


def pytest_configure(config: pytest.Config) -> None:
    """Start PostgreSQL once, in the process that the test processes descend from."""
    if SERVER in os.environ or config.option.collectonly:
        return
    stack = config.stash[parts] = ExitStack()
    folder = stack.enter_context(passing_folder("academy-tests-"))
    (folder / "passing").mkdir(mode=0o1777)
    os.environ["TMPDIR"] = str(folder / "passing")  # of every process that is started from here
    url = stack.enter_context(running_postgres(folder))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {TEMPLATE}")
    upgrade(at(url, TEMPLATE), dict.fromkeys(("registration", "materials", "notifications"), PASSWORD))
    os.environ[SERVER] = url


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what :func:`pytest_configure` started."""
    if parts in config.stash:
        os.environ.pop(SERVER, None)
        os.environ.pop("TMPDIR", None)
        config.stash[parts].close()


def at(url: str, database: str) -> str:
    """Return ``url`` with another database on the same server."""
    return make_url(url).set(database=database).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def owner_url(worker_id: str) -> Iterator[str]:
    """A migrated database of this test process, as its owner."""
    server = os.environ[SERVER]
    name = f"academy_{worker_id}_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    yield at(server, name)
    with psycopg.connect(server, autocommit=True) as connection:  # another one: a test may crash the server
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def database_url_for(owner_url: str) -> Callable[[str], str]:
    """Give the URL with which a service logs in to this test process's database."""
    return lambda service: service_url(owner_url, service, PASSWORD)


@pytest.fixture(scope="session")
def _databases(owner_url: str, database_url_for: Callable[[str], str]) -> Iterator[dict[str, Database]]:
    names = ("registration", "materials", "notifications")
    databases = {name: Database(database_url_for(name), pool_size=20) for name in names}
    databases["owner"] = Database(owner_url, pool_size=5)
    yield databases
    for database in databases.values():
        database.dispose()


@pytest.fixture
def databases(_databases: dict[str, Database]) -> Iterator[dict[str, Database]]:
    """All four logins to an empty database; emptied again after the test."""
    yield _databases
    # deleting from empty tables takes a twentieth of the time of truncating them
    tables = (f'DELETE FROM {table.schema}."{table.name}"' for table in metadata.sorted_tables)
    with _databases["owner"].engine.begin() as connection:
        connection.exec_driver_sql("; ".join(["SET LOCAL session_replication_role = replica", *tables]))


@pytest.fixture
def registration_database(databases: dict[str, Database]) -> Database:
    """The database as registration sees it."""
    return databases["registration"]


@pytest.fixture
def materials_database(databases: dict[str, Database]) -> Database:
    """The database as materials sees it."""
    return databases["materials"]


@pytest.fixture
def notifications_database(databases: dict[str, Database]) -> Database:
    """The database as notifications sees it."""
    return databases["notifications"]


@pytest.fixture
def owner_database(databases: dict[str, Database]) -> Database:
    """The database as its owner sees it: for arranging and looking, never for the deed under test."""
    return databases["owner"]


@pytest.fixture(scope="session")
def valkey_url() -> Iterator[str]:
    """A Valkey of this test process."""
    with running_valkey() as url:
        yield url


@pytest.fixture
def valkey(valkey_url: str) -> Iterator[Redis]:
    """A client of this test process's Valkey, emptied after the test."""
    with Redis.from_url(valkey_url) as client:
        yield client
        client.flushall()
