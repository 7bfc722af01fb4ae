"""Several mail servers: which there are, what ails each, and which of them took a mail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shared.migrations.grants import publish

revision = "0023_relays"
down_revision = "0022_returns"
branch_labels = None
depends_on = None

accepted = {
    "require-concurrent-index-creation": "a million deliveries are sorted within seconds, while mail waits as it may",
    "adding-serial-primary-key-field": "a row for each standstill at this moment",
    "constraint-missing-not-valid": "a row for each standstill at this moment",
    "ban-drop-constraint": "the key comes back at once, with the relay in it; the table has a row for each standstill",
}


def upgrade() -> None:
    op.create_table(
        "relay",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("clock_timestamp()")),
        schema="notifications",
    )
    publish(op, "notifications.relay")
    for table in ("delivery", "sender"):
        op.add_column(table, sa.Column("relay", sa.String()), schema="notifications")
    op.add_column(
        "relay_trouble",
        sa.Column("relay", sa.String(), nullable=False, server_default="main"),
        schema="notifications",
    )
    op.drop_constraint(op.f("pk_relay_trouble"), "relay_trouble", schema="notifications")
    op.create_primary_key(op.f("pk_relay_trouble"), "relay_trouble", ["lane", "relay"], schema="notifications")
    op.execute("UPDATE notifications.relay_pace SET relay = 'main' WHERE relay = 'all'")
    op.create_index(
        "ix_delivery_settled_at",
        "delivery",
        ["settled_at"],
        schema="notifications",
        postgresql_where=sa.text("settled_at IS NOT NULL"),
    )
    op.create_index(
        "ix_delivery_uncertain",
        "delivery",
        ["id"],
        schema="notifications",
        postgresql_where=sa.text("state = 'uncertain'"),
    )
