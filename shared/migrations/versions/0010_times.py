"""An unknown time zone is kept as unknown."""

from __future__ import annotations

from alembic import op

revision = "0010_times"
down_revision = "0004_notifications"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE people.person ALTER COLUMN time_zone SET DEFAULT ''")
    # UTC was what nobody had chosen; who did choose it reads times in the edition's zone, by its name, until then.
    op.execute("UPDATE people.person SET time_zone = '' WHERE time_zone = 'UTC'")
