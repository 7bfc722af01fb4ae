"""The tables of registration."""

from __future__ import annotations

from alembic import op

from shared.migrations.grants import make_schema

revision = "0002_registration"
down_revision = "0001_people_and_outbox"
branch_labels = None
depends_on = None


def upgrade() -> None:
    make_schema(op, "registration")
