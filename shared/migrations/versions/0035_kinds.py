"""More kinds of publications, and the address of what lies elsewhere."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035_kinds"
down_revision = "0034_explained"
branch_labels = None
depends_on = None
accepted = {
    "ban-drop-constraint": "a wider one takes its place at once; the old code writes the old kinds",
    "constraint-missing-not-valid": "a library has some hundreds of publications, and all of them keep the old kinds",
}


def upgrade() -> None:
    op.add_column("publication", sa.Column("link", sa.String(), nullable=False, server_default=""), schema="materials")
    op.drop_constraint(op.f("ck_publication_kind_known"), "publication", schema="materials", type_="check")
    op.create_check_constraint(
        op.f("ck_publication_kind_known"),
        "publication",
        "kind IN ('reader', 'slides', 'recording', 'handout', 'link', 'document')",
        schema="materials",
    )
