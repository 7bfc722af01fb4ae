"""Any service may note that a token was used: nothing else about it, and at most once in an hour."""

from __future__ import annotations

from alembic import op

from shared.migrations.grants import SERVICES, role_of

revision = "0010_token_use"
down_revision = "0009_forms"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE FUNCTION people.note_token_use(token uuid) RETURNS void
        LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
        BEGIN ATOMIC
            UPDATE people.api_token SET used_at = clock_timestamp()
             WHERE id = token AND revoked_at IS NULL
               AND (used_at IS NULL OR used_at < clock_timestamp() - interval '1 hour');
        END
        """
    )
    op.execute("REVOKE ALL ON FUNCTION people.note_token_use FROM PUBLIC")
    for service in SERVICES:
        op.execute(f"GRANT EXECUTE ON FUNCTION people.note_token_use TO {role_of(service)}")
