"""Notices sent by API, and whom programmes outside are told by of what became of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shared.migrations.grants import publish

revision = "0037_webhooks"
down_revision = "0036_mail_history"
branch_labels = None
depends_on = None

accepted = {
    "require-concurrent-index-creation": "no delivery is of that kind yet: a million are looked through within seconds"
}


def upgrade() -> None:
    op.create_table(
        "webhook",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("edition_id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False, server_default="active"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('active', 'stopped')", name=op.f("ck_webhook_state_known")),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["registration.edition.id"], name=op.f("fk_webhook_edition_id_edition")
        ),
        schema="notifications",
    )
    op.create_index("ix_webhook_edition_id", "webhook", ["edition_id", "created_at"], schema="notifications")
    publish(op, "notifications.webhook")
    now = sa.text("clock_timestamp()")
    op.create_table(
        "webhook_call",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("webhook_id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("told", sa.String(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False, server_default=now),
        sa.Column("code", sa.Integer()),
        sa.Column("said", sa.String(), nullable=False, server_default=""),
        sa.Column("arrived", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["notifications.webhook.id"], name=op.f("fk_webhook_call_webhook_id_webhook")
        ),
        sa.UniqueConstraint("webhook_id", "delivery_id", "told", name="uq_webhook_call_webhook_id_delivery_id_told"),
        schema="notifications",
    )
    for name, column, where in (
        ("ix_webhook_call_due", "not_before", "settled_at IS NULL"),
        ("ix_webhook_call_settled_at", "settled_at", "settled_at IS NOT NULL"),
    ):
        op.create_index(name, "webhook_call", [column], schema="notifications", postgresql_where=sa.text(where))
    publish(op, "notifications.webhook_call")
    op.create_index(
        "ix_delivery_written",
        "delivery",
        ["edition_id", "created_at"],
        schema="notifications",
        postgresql_where=sa.text("kind = 'written'"),
    )
