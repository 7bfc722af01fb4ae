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
    version_table_schema="public",
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
