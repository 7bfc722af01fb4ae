"""Named pools beside the places of an edition, and a reserve list that moves by itself where the edition says so."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.migrations.grants import publish

revision = "0031_pools"
down_revision = "0030_heard_by"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "place_pool",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("edition_id", sa.Uuid(), sa.ForeignKey("registration.edition.id"), nullable=False),
        sa.Column("name", JSONB(), nullable=False),
        sa.Column("trait", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("edition_id", "trait", "value"),
        sa.CheckConstraint("capacity >= 0", name="capacity_counts"),
        schema="registration",
    )
    op.create_table(
        "pool_place",
        sa.Column("decision_id", sa.Uuid(), sa.ForeignKey("registration.decision.id"), primary_key=True),
        sa.Column(
            "pool_id",
            sa.Uuid(),
            sa.ForeignKey("registration.place_pool.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        schema="registration",
    )
    op.create_index("ix_pool_place_pool_id", "pool_place", ["pool_id"], schema="registration")
    for table in ("place_pool", "pool_place"):
        publish(op, f"registration.{table}")
    op.execute("ALTER TABLE registration.edition ADD COLUMN promotes_itself boolean NOT NULL DEFAULT false")
    op.execute("ALTER TABLE registration.edition ADD COLUMN tells_reserve_place boolean NOT NULL DEFAULT false")
