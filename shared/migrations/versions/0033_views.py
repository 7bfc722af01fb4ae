"""Views of the applications that the desk keeps by name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shared.migrations.grants import publish

revision = "0033_views"
down_revision = "0032_answers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("edition_id", sa.Uuid(), sa.ForeignKey("registration.edition.id"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("made_by", sa.Uuid()),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("edition_id", "name"),
        schema="registration",
    )
    publish(op, "registration.saved_view")
