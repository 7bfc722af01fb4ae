from __future__ import annotations

from typing import TYPE_CHECKING, Final

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import UniqueConstraint
from sqlalchemy.exc import OperationalError

from shared.migrations.grants import SERVICES, WRITER
from shared.migrations.run import configuration, upgrade
from shared.schema.everything import OWNERS, metadata

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.database import Database

OUTBOX_WRITES = {
    ("entry", "UPDATE"),
    ("entry", "DELETE"),
    ("fact", "DELETE"),
    ("kept_form", "DELETE"),
    ("kept_page", "DELETE"),
    ("idempotency_key", "DELETE"),
    *((table, "INSERT") for table in ("fact", "entry", "idempotency_key", "kept_form", "kept_page")),
}
STATEMENTS = {
    "INSERT": "INSERT INTO {table} ({written}) SELECT {written} FROM {table} WHERE false",
    "UPDATE": "UPDATE {table} SET {column} = {column} WHERE false",
    "DELETE": "DELETE FROM {table} WHERE false",
}


UNLED: Final = {
    "notifications.campaign.topic_id": "topics are few and never go",
    "notifications.opt_out.topic_id": "topics are few and never go",
    "materials.rendition.made_from": "files of the library are some thousands, and drafts alone lose any",
    "registration.enrolment.edition_id": "an index over those that count serves; editions never go",
}
"""References that no index leads to, and why none has to."""


def test_what_hangs_on_a_row_is_found_by_it_and_not_by_reading_everything() -> None:
    unled = set()
    for table in metadata.sorted_tables:
        led = {next(iter(table.primary_key.columns)).name}
        led |= {next(iter(one.columns)).name for one in table.constraints if isinstance(one, UniqueConstraint)}
        for index in table.indexes:
            where = index.dialect_options["postgresql"]["where"]
            if where is None or str(where).endswith("IS NOT NULL"):
                led |= {column.name for column in list(index.columns)[:1]}
        unled |= {f"{table.fullname}.{key.parent.name}" for key in table.foreign_keys if key.parent.name not in led}
    assert unled == UNLED.keys()


def may(service: str, schema: str, table: str, deed: str) -> bool:
    if schema == "outbox":
        return (table, deed) in OUTBOX_WRITES
    return WRITER[schema] == service


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_writes_its_own_tables_and_the_outbox_and_is_refused_everywhere_else(
    service: str, database_url_for: Callable[[str], str]
) -> None:
    wrong = []
    with psycopg.connect(database_url_for(service), autocommit=True) as connection:
        for table in metadata.sorted_tables:
            for deed, statement in STATEMENTS.items():
                column = next(iter(table.columns)).name
                written = ", ".join(f'"{one.name}"' for one in table.columns if one.computed is None)
                allowed = True
                try:
                    connection.execute(
                        statement.format(table=f'{table.schema}."{table.name}"', column=column, written=written)
                    )
                except psycopg.errors.InsufficientPrivilege:
                    allowed = False
                if allowed != may(service, str(table.schema), table.name, deed):
                    wrong.append(f"{service} {deed} {table.fullname}: {'allowed' if allowed else 'refused'}")
    assert wrong == []


@pytest.mark.parametrize("service", ["materials", "notifications"])
@pytest.mark.parametrize("table", ["people.staff_credential", "people.recovery_code"])
def test_only_registration_sees_how_staff_prove_who_they_are(
    service: str, table: str, database_url_for: Callable[[str], str]
) -> None:
    with (
        psycopg.connect(database_url_for(service)) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(f"SELECT 1 FROM {table}")


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_cannot_change_the_schema(service: str, database_url_for: Callable[[str], str]) -> None:
    with (
        psycopg.connect(database_url_for(service)) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("CREATE TABLE people.intruder ()")


def test_the_migrations_build_exactly_the_tables_the_code_describes(owner_database: Database) -> None:
    def only_ours(name: str | None, kind: str, _parents: object) -> bool:
        return name in OWNERS if kind == "schema" else True

    options = {"include_schemas": True, "include_name": only_ours, "target_metadata": metadata}
    with owner_database.engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
    assert differences == [], "add_…: no migration makes it; remove_…: the code does not describe it"


def test_the_migrations_have_one_head_and_are_numbered_as_they_run() -> None:
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(configuration())
    assert len(scripts.get_heads()) == 1
    run = [script.revision for script in scripts.walk_revisions()][::-1]
    assert run == sorted(run), "a service calls the database ready at the highest number"
    assert [int(revision[:4]) for revision in run] == list(range(1, len(run) + 1))


@pytest.mark.slow
def test_a_migration_that_finds_its_table_held_gives_up_so_that_nobody_queues_behind_it(owner_url: str) -> None:
    with psycopg.connect(owner_url) as somebody:
        somebody.execute("LOCK TABLE public.alembic_version IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(OperationalError, match="lock timeout"):
            upgrade(owner_url)
    upgrade(owner_url)
