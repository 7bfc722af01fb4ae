"""By when whoever applied to an edition hears whether there is a place."""

from __future__ import annotations

from alembic import op

revision = "0030_heard_by"
down_revision = "0029_figures"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE registration.edition ADD COLUMN heard_by date")
