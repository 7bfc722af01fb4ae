"""Pictures: which Readers an edition has, and what people fetched since a campaign went out."""

from __future__ import annotations

from alembic import op

from shared.migrations.grants import reveal

revision = "0029_figures"
down_revision = "0028_kept_pages"
branch_labels = None
depends_on = None


def upgrade() -> None:
    reveal(op, "materials.catalogue", registration="publication_id, kind, shelved_for")
    reveal(op, "materials.downloaded", notifications="last_at")
