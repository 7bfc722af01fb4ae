"""The tables of materials."""

from __future__ import annotations

from alembic import op

from shared.migrations.grants import make_schema

revision = "0003_materials"
down_revision = "0002_registration"
branch_labels = None
depends_on = None


def upgrade() -> None:
    make_schema(op, "materials")
