"""Pages that refused a form are kept for an hour, so that Back finds them without sending the form again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028_kept_pages"
down_revision = "0027_removals"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kept_page",
        sa.Column("name_hash", sa.String(), primary_key=True),
        sa.Column("browser_hash", sa.String(), nullable=False),
        sa.Column("sealed", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        schema="outbox",
    )
    op.create_index("ix_kept_page_expires_at", "kept_page", ["expires_at"], schema="outbox")
    op.create_index("ix_kept_page_browser_hash", "kept_page", ["browser_hash"], schema="outbox")
    op.execute(
        "GRANT SELECT, INSERT, DELETE ON outbox.kept_page"
        " TO academy_registration, academy_materials, academy_notifications"
    )
