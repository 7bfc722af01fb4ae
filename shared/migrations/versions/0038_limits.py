"""What a mail server has carried today while it is warmed up, and what domains may still get."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shared.migrations.grants import publish

revision = "0038_limits"
down_revision = "0037_webhooks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "relay_day",
        sa.Column("relay", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("relay", "day", name=op.f("pk_relay_day")),
        schema="notifications",
    )
    publish(op, "notifications.relay_day")
    op.create_table(
        "domain_pace",
        sa.Column("domain", sa.String(), primary_key=True),
        sa.Column("tokens", sa.Double(), nullable=False),
        sa.Column("filled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("booked_until", sa.DateTime(timezone=True), nullable=False),
        schema="notifications",
    )
    publish(op, "notifications.domain_pace")
