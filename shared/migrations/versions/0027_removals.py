"""A publication is taken out of the library as a whole and put back; a file that no row names waits before it goes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027_removals"
down_revision = "0026_desk_at_scale"
branch_labels = None
depends_on = None
accepted = {
    "ban-drop-constraint": "it comes back in the next statement, with one state more",
    "constraint-missing-not-valid": "a library has hundreds of releases: looking them through takes a moment",
    "require-concurrent-index-creation": "no row has the moment yet, and pages are some ten thousand at most",
}

SHELVING = """
    CREATE OR REPLACE VIEW materials.shelving AS
    SELECT p.id AS publication_id, p.edition_id,
           (SELECT count(*) FROM materials.release r WHERE r.publication_id = p.id AND r.state = 'draft') AS drafts,
           EXISTS (SELECT FROM materials.release r WHERE r.publication_id = p.id AND r.state = 'published')
             AS is_published,
           EXISTS (SELECT FROM materials.shelf_item i WHERE i.publication_id = p.id) AS is_shelved
    FROM materials.publication p WHERE p.removed_at IS NULL
"""


def upgrade() -> None:
    op.add_column("publication", sa.Column("removed_at", sa.DateTime(timezone=True)), schema="materials")
    op.drop_constraint("ck_release_state_known", "release", schema="materials")
    op.create_check_constraint(
        op.f("ck_release_state_known"),
        "release",
        "state IN ('draft', 'published', 'withdrawn', 'removed')",
        schema="materials",
    )
    op.execute(SHELVING)
    op.add_column("stored_file", sa.Column("let_go_at", sa.DateTime(timezone=True)), schema="materials")
    op.create_index(
        "ix_stored_file_let_go_at",
        "stored_file",
        ["let_go_at"],
        schema="materials",
        postgresql_where=sa.text("let_go_at IS NOT NULL"),
    )
    for column in ("image", "small"):  # each file that is let go is looked for among the pictures of pages
        op.create_index(f"ix_page_{column}", "page", [column], schema="materials")
