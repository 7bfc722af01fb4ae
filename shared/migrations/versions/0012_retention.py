"""Services let go of idempotency keys."""

from __future__ import annotations

from alembic import op

from shared.migrations.grants import SERVICES, role_of

revision = "0012_retention"
down_revision = "0011_library"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for service in SERVICES:
        op.execute(f"GRANT DELETE ON outbox.idempotency_key TO {role_of(service)}")
