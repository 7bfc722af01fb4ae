"""Whoever has an offer is reminded once before it ends, and whoever declines it may say why from a list."""

from __future__ import annotations

from alembic import op

revision = "0032_answers"
down_revision = "0031_pools"
branch_labels = None
depends_on = None
accepted = {"constraint-missing-not-valid": "there are a few editions, read within a millisecond"}


def upgrade() -> None:
    op.execute("ALTER TABLE registration.edition ADD COLUMN remind_days integer NOT NULL DEFAULT 3")
    op.execute(
        "ALTER TABLE registration.edition ADD CONSTRAINT ck_edition_remind_days_bounded"
        " CHECK (remind_days BETWEEN 0 AND 60) NOT VALID"
    )
    op.execute("ALTER TABLE registration.edition VALIDATE CONSTRAINT ck_edition_remind_days_bounded")
    op.execute("ALTER TABLE registration.offer ADD COLUMN reminded_at timestamptz")
    op.execute("ALTER TABLE registration.offer ADD COLUMN reason varchar NOT NULL DEFAULT ''")
