"""The tables of notifications."""

from __future__ import annotations

from alembic import op

from shared.migrations.grants import make_schema

revision = "0004_notifications"
down_revision = "0003_materials"
branch_labels = None
depends_on = None


def upgrade() -> None:
    make_schema(op, "notifications")
