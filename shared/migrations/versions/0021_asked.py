"""What an organiser asks an applicant for, while the application needs information."""

from __future__ import annotations

from alembic import op

revision = "0021_asked"
down_revision = "0020_filling"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE registration.application ADD COLUMN asked JSONB")
