"""Nothing typed is lost: forms kept over a sign-in, and what an application's form key was used for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shared.migrations.grants import SERVICES, role_of

revision = "0009_forms"
down_revision = "0008_times_and_letters"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kept_form",
        sa.Column("secret_hash", sa.String(), primary_key=True),
        sa.Column("sealed", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        schema="outbox",
    )
    op.create_index("ix_kept_form_expires_at", "kept_form", ["expires_at"], schema="outbox")
    services = ", ".join(role_of(service) for service in SERVICES)
    op.execute(f"GRANT SELECT, INSERT, DELETE ON outbox.kept_form TO {services}")
    op.add_column("application", sa.Column("content_hash", sa.String()), schema="registration")
