"""When the first mail of a launched campaign leaves: until then its launch can be taken back."""

from __future__ import annotations

from alembic import op

revision = "0018_leaving"
down_revision = "0017_reviews"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE notifications.campaign ADD COLUMN leaves_at timestamptz")
    op.execute("UPDATE notifications.campaign SET leaves_at = launched_at WHERE launched_at IS NOT NULL")
