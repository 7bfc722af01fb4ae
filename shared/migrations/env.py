"""Alembic's entry: runs the migrations on the connection that :mod:`shared.migrations.run` hands over."""

from __future__ import annotations

from alembic import context

from shared.schema.everything import OWNERS, metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    include_schemas=True,
    include_name=lambda name, kind, _parents: name in OWNERS if kind == "schema" else True,
    compare_server_default=False,
    dialect_name="postgresql",  # with no connection the statements are written down for the lint
    version_table_schema="public",
    transaction_per_migration=False,
)
with context.begin_transaction():
    # A statement that waits for a table makes everybody else wait behind it: better to fail, and be repeated.
    context.execute("SET LOCAL lock_timeout = '10s'")
    context.run_migrations()
