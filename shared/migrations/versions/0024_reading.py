"""Where people are in what they read, and the key words that works are found by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.migrations.grants import publish

revision = "0024_reading"
down_revision = "0023_relays"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "publication",
        sa.Column("tags", JSONB(), nullable=False, server_default=sa.text("'[]'")),
        schema="materials",
    )
    op.create_table(
        "reading",
        sa.Column(
            "person_id",
            sa.Uuid(),
            sa.ForeignKey("people.person.id", name="fk_reading_person_id_person", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column(
            "publication_id",
            sa.Uuid(),
            sa.ForeignKey("materials.publication.id", name="fk_reading_publication_id_publication", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("language", sa.String()),
        sa.Column("page", sa.Integer()),
        sa.CheckConstraint("(language IS NULL) = (page IS NULL)", name="ck_reading_place_is_whole"),
        schema="materials",
    )
    op.create_index("ix_reading_publication_id", "reading", ["publication_id"], schema="materials")
    publish(op, "materials.reading")
