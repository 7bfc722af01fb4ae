"""Brings a database to the newest schema, and gives the service roles their passwords."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, NullPool, create_engine, text
from sqlalchemy.engine import make_url

from shared.database import psycopg_url
from shared.migrations.grants import SERVICES, role_of

LOCK: Final = 0x41434144
"""Two migrations at once wait for each other on this advisory lock."""


def configuration(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration, bound to ``connection`` where one is given."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def upgrade(owner_url: str, passwords: Mapping[str, str] | None = None) -> None:
    """Migrate to the newest schema as the owner, in one transaction, and set the passwords of the service roles.

    ``passwords`` maps a service's name to its role's password; services left out keep theirs. Safe to run twice and
    in parallel: the second waits and finds nothing to do.
    """
    engine = create_engine(psycopg_url(owner_url), poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        command.upgrade(configuration(connection), "head")
        for service, password in (passwords or {}).items():
            if service not in SERVICES or not re.fullmatch(r"[A-Za-z0-9_-]{16,}", password):
                message = f"the password of {service} must have 16 or more letters, digits, - or _"
                raise ValueError(message)
            # utility statements take no parameters; the pattern above leaves nothing to escape
            connection.execute(text(f"ALTER ROLE {role_of(service)} LOGIN PASSWORD '{password}'"))


def newest_revision() -> str:
    """Return the revision this code expects."""
    head = ScriptDirectory.from_config(configuration()).get_current_head()
    if head is None:
        message = "there are no migrations"
        raise LookupError(message)
    return head


def present_revision(connection: Connection) -> str | None:
    """Return the revision the database is at, or None for an empty one."""
    return MigrationContext.configure(connection, opts={"version_table_schema": "public"}).get_current_revision()


def service_url(owner_url: str, service: str, password: str) -> str:
    """Return the URL with which ``service`` logs in to the database of ``owner_url``."""
    url = make_url(owner_url).set(username=role_of(service), password=password)
    return url.render_as_string(hide_password=False)
