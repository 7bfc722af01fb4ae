"""Who sends mail at this moment, how the mail server takes it, and what a campaign said when it was launched."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shared.migrations.grants import publish

revision = "0007_senders"
down_revision = "0006_published_reads"
branch_labels = None
depends_on = None

accepted = {
    "ban-drop-constraint": "a sender's lock takes the place of the lease that the constraint was about",
}

MOMENT = sa.DateTime(timezone=True)
NOW = sa.text("clock_timestamp()")


def upgrade() -> None:
    op.create_table(
        "sender",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("lock", sa.BigInteger(), nullable=False),
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("campaign_id", sa.Uuid()),
        sa.Column("on_wire", sa.Uuid()),
        sa.Column("until", sa.Uuid()),
        sa.Column("revoked", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("started_at", MOMENT, nullable=False, server_default=NOW),
        sa.CheckConstraint("lane IN ('notices', 'campaigns')", name="lane_known"),
        schema="notifications",
    )
    op.create_table(
        "relay_trouble",
        sa.Column("lane", sa.String(), primary_key=True),
        sa.Column("trouble", sa.String(), nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("since", MOMENT, nullable=False, server_default=NOW),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", MOMENT, nullable=False),
        sa.CheckConstraint("lane IN ('notices', 'campaigns')", name="lane_known"),
        schema="notifications",
    )
    op.create_table(
        "relay_pace",
        sa.Column("relay", sa.String(), primary_key=True),
        sa.Column("per_second", sa.Double()),
        sa.Column("next_slot", MOMENT, nullable=False, server_default=NOW),
        sa.Column("learned_at", MOMENT, nullable=False, server_default=NOW),
        schema="notifications",
    )
    for table in ("sender", "relay_trouble", "relay_pace"):
        publish(op, f"notifications.{table}")
    op.drop_constraint(op.f("ck_delivery_claim_has_lease"), "delivery", schema="notifications")
    op.add_column("campaign", sa.Column("words_seen", sa.String()), schema="notifications")
    op.add_column(
        "campaign",
        sa.Column("words_changed", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        schema="notifications",
    )
