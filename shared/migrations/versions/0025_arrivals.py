"""Files that came, many at once, and wait until somebody says what they are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shared.migrations.grants import publish

revision = "0025_arrivals"
down_revision = "0024_reading"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "arrival",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column(
            "release_id",
            sa.Uuid(),
            sa.ForeignKey("materials.release.id", name="fk_arrival_release_id_release", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column(
            "sha256",
            sa.String(),
            sa.ForeignKey("materials.stored_file.sha256", name="fk_arrival_sha256_stored_file"),
            nullable=False,
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("language", sa.String()),
        sa.Column(
            "chapter_id",
            sa.Uuid(),
            sa.ForeignKey("materials.chapter.id", name="fk_arrival_chapter_id_chapter", ondelete="CASCADE"),
        ),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column(
            "arrived_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("clock_timestamp()")
        ),
        sa.CheckConstraint("format IN ('pdf', 'light_pdf', 'epub', 'text')", name="ck_arrival_format_known"),
        schema="materials",
    )
    for column in ("release_id", "sha256", "chapter_id"):
        op.create_index(f"ix_arrival_{column}", "arrival", [column], schema="materials")
    op.create_index("ix_arrival_arrived_at", "arrival", ["arrived_at"], schema="materials")
    publish(op, "materials.arrival")
