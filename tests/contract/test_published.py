"""Each login reads its own, the outbox, and what owners publish to it: every table and column is tried."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import psycopg
import pytest
from sqlalchemy import inspect

from shared.migrations.grants import SERVICES, WRITER, role_of
from shared.schema.base import Published

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.database import Database

DOOR: Final = {
    view: {"*"} for view in ("people.open_session", "people.usable_token", "people.held_role", "people.desk_place")
}
READS: Final[dict[str, dict[str, set[str]]]] = {
    "registration": {
        "materials.openable": {"*"},
        "materials.downloaded": {"*"},
        "materials.newest_copy": {"*"},
        "materials.catalogue": {"publication_id", "kind", "shelved_for"},
        "materials.shelving": {"*"},
        "notifications.correspondence": {"*"},
        "notifications.open_task": {"*"},
        "notifications.campaign_at_work": {"*"},
    },
    "materials": {
        **DOOR,
        "people.addressable": {"id", "name", "called", "locale", "time_zone", "name_as", "name_as_es", "name_as_ar"},
        "registration.editions": {"*"},
        "registration.place": {"*"},
        "registration.standing": {
            "edition_id",
            "person_id",
            "country",
            "waiting",
            "offered",
            "accepted",
            "confirmed",
            "reserve",
            "declined",
        },
    },
    "notifications": {
        **DOOR,
        "people.addressable": {"*"},
        "people.mailed_link": {"*"},
        "registration.editions": {"*"},
        "registration.standing": {"*"},
        "registration.unproved_applicant": {"*"},
        "registration.offer_term": {"*"},
        "materials.openable": {"*"},
        "materials.downloaded": {"person_id", "publication_id", "last_at"},
        "materials.catalogue": {"*"},
    },
}
"""What each service may read of owners that it does not write for; ``*`` is every column."""
COLUMNS: Final = """
SELECT n.nspname || '.' || c.relname, a.attname, has_column_privilege(%(role)s, c.oid, a.attnum, 'SELECT'),
       has_column_privilege(%(role)s, c.oid, a.attnum, 'INSERT, UPDATE, REFERENCES')
         OR has_table_privilege(%(role)s, c.oid, 'DELETE, TRUNCATE, TRIGGER')
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
 WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.attnum > 0 AND NOT a.attisdropped AND n.nspname = ANY(%(owners)s)
"""


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_reads_of_others_what_they_publish_to_it_and_writes_nothing(service: str, owner_url: str) -> None:
    others = [owner for owner, writer in WRITER.items() if writer != service]
    readable: dict[str, set[str]] = {}
    whole: dict[str, set[str]] = {}
    writable = set()
    with psycopg.connect(owner_url) as connection:
        for relation, column, reads, writes in connection.execute(
            COLUMNS, {"role": role_of(service), "owners": others}
        ).fetchall():
            whole.setdefault(relation, set()).add(column)
            if reads:
                readable.setdefault(relation, set()).add(column)
            if writes:
                writable.add(f"{relation}.{column}")
    expected = {view: whole[view] if columns == {"*"} else columns for view, columns in READS[service].items()}
    assert readable == expected, "what migrations reveal to a service and what READS above says it needs are the same"
    assert writable == set()


def test_the_views_have_exactly_the_columns_that_the_code_maps(owner_database: Database) -> None:
    found, dialect = inspect(owner_database.engine), owner_database.engine.dialect
    there = {
        f"{owner}.{view}": {
            column["name"]: column["type"].compile(dialect) for column in found.get_columns(view, schema=owner)
        }
        for owner in WRITER
        for view in found.get_view_names(schema=owner)
    }
    mapped = {
        table.fullname: {column.name: column.type.compile(dialect) for column in table.columns}
        for table in Published.metadata.sorted_tables
    }
    assert {view: set(columns) for view, columns in there.items()} == {
        view: set(columns) for view, columns in mapped.items()
    }
    wrong = {
        f"{view}.{name}": (kind, mapped[view][name])
        for view, columns in there.items()
        for name, kind in columns.items()
        if _family(kind) != _family(mapped[view][name])
    }
    assert wrong == {}


@pytest.mark.parametrize("service", SERVICES)
def test_a_view_answers_a_reader_who_may_not_see_its_tables(
    service: str, database_url_for: Callable[[str], str]
) -> None:
    with psycopg.connect(database_url_for(service)) as connection:
        for view, columns in READS[service].items():
            connection.execute(f"SELECT {', '.join(columns)} FROM {view} LIMIT 1")


def _family(kind: str) -> str:
    return {"BIGINT": "INTEGER"}.get(kind, kind)
