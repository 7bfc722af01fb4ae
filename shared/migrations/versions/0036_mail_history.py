"""What each campaign said when it was sent, so that a mail can be shown again word for word."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.migrations.grants import publish

revision = "0036_mail_history"
down_revision = "0035_kinds"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agreed_text",
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("words", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "version", "locale", name=op.f("pk_agreed_text")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["notifications.campaign.id"], name=op.f("fk_agreed_text_campaign_id_campaign")
        ),
        schema="notifications",
    )
    publish(op, "notifications.agreed_text")
    op.add_column(
        "campaign",
        sa.Column("words_version", sa.Integer(), nullable=False, server_default=sa.text("0")),
        schema="notifications",
    )
    op.add_column("delivery", sa.Column("words_version", sa.Integer()), schema="notifications")
