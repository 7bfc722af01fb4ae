"""What comes back of our mail: kept as it came, read, and made a task where somebody did not get what matters."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shared.migrations.grants import publish, reveal

revision = "0022_returns"
down_revision = "0021_asked"
branch_labels = None
depends_on = None

accepted = {
    "ban-drop-constraint": "each comes back at once, wider by some words",
    "constraint-missing-not-valid": "a million deliveries are read within a second, while mail waits as it may",
}

MOMENT = sa.DateTime(timezone=True)
NOW = sa.text("clock_timestamp()")
STATES = "'queued', 'sending', 'sent', 'deferred', 'failed', 'suppressed', 'uncertain', 'bounced', 'complained'"


def upgrade() -> None:
    for table, name, rule in (
        ("delivery", "state_known", f"state IN ({STATES})"),
        ("suppression", "reason_known", "reason IN ('refused', 'bounced', 'complained', 'asked')"),
        ("opt_out", "source_known", "source IN ('one_click', 'page', 'desk', 'mail')"),
    ):
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table, schema="notifications")
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, rule, schema="notifications")
    op.add_column("suppression", sa.Column("delivery_id", sa.Uuid()), schema="notifications")
    op.add_column("suppression", sa.Column("expires_at", MOMENT), schema="notifications")
    # until now only our own mail server's refusals were known
    op.execute("UPDATE notifications.suppression SET reason = 'refused' WHERE reason = 'bounced'")
    op.create_table(
        "returned_mail",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("delivery_id", sa.Uuid()),
        sa.Column("edition_id", sa.Uuid()),
        sa.Column("person_id", sa.Uuid()),
        sa.Column("raw", sa.LargeBinary()),
        sa.Column("kind", sa.String()),
        sa.Column("lasting", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("status", sa.String(), nullable=False, server_default=""),
        sa.Column("said", sa.String(), nullable=False, server_default=""),
        sa.Column("failures", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("received_at", MOMENT, nullable=False, server_default=NOW),
        sa.Column("settled_at", MOMENT),
        sa.CheckConstraint(
            "kind IN ('bounced', 'delayed', 'complained', 'automatic', 'reply', 'receipt', 'unsubscribe', 'unknown',"
            " 'unreadable')",
            name="kind_known",
        ),
        sa.CheckConstraint("(kind IS NULL) = (settled_at IS NULL)", name="settled_has_kind"),
        sa.UniqueConstraint("digest", name="uq_returned_mail_digest"),
        schema="notifications",
    )
    op.create_index(
        "ix_returned_mail_waiting",
        "returned_mail",
        ["received_at"],
        schema="notifications",
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.create_index("ix_returned_mail_delivery_id", "returned_mail", ["delivery_id"], schema="notifications")
    op.create_index(
        "ix_returned_mail_edition_id_received_at",
        "returned_mail",
        ["edition_id", "received_at"],
        schema="notifications",
    )
    op.create_table(
        "unreached",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("delivery_id", sa.Uuid(), sa.ForeignKey("notifications.delivery.id"), nullable=False),
        sa.Column("edition_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False, server_default="open"),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("reached_by", sa.Uuid()),
        sa.Column("reached_at", MOMENT),
        sa.CheckConstraint("state IN ('open', 'reached')", name="state_known"),
        sa.UniqueConstraint("delivery_id", name="uq_unreached_delivery_id"),
        schema="notifications",
    )
    op.create_index(
        "ix_unreached_open",
        "unreached",
        ["edition_id", "opened_at"],
        schema="notifications",
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "mailbox_place",
        sa.Column("mailbox", sa.String(), primary_key=True),
        sa.Column("validity", sa.BigInteger(), nullable=False),
        sa.Column("last_uid", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("read_at", MOMENT),
        schema="notifications",
    )
    publish(op, "notifications.mailbox_place")
    publish(op, "notifications.returned_mail")
    publish(op, "notifications.unreached")
    op.execute(
        """
        CREATE VIEW notifications.open_task AS
        SELECT id AS unreached_id, edition_id, person_id, kind, opened_at
        FROM notifications.unreached WHERE state = 'open'
        """
    )
    reveal(op, "notifications.open_task", registration="*")
