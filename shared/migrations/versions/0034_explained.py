"""Materials may know where an applicant stands, to tell a librarian why she cannot open something."""

from __future__ import annotations

from alembic import op

from shared.migrations.grants import reveal

revision = "0034_explained"
down_revision = "0033_views"
branch_labels = None
depends_on = None


def upgrade() -> None:
    reveal(op, "registration.standing", materials="waiting, offered, confirmed, reserve, declined")
