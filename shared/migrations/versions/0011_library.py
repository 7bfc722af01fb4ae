"""What was asked for as a whole, releases that are withdrawn, and the newest copy of each language."""

from __future__ import annotations

from alembic import op

revision = "0011_library"
down_revision = "0010_token_use"
branch_labels = None
depends_on = None
accepted = {
    "ban-drop-constraint": "both come back at once, wider by one state",
    "constraint-missing-not-valid": "there are a few releases for each publication, read within a millisecond",
}

NEWEST_COPY = """
    CREATE OR REPLACE VIEW materials.newest_copy AS
    SELECT p.id AS publication_id, p.slug, t.title, t.language, r.id AS rendition_id, r.format, r.filename,
           f.size, f.sha256
    FROM materials.publication p
    JOIN materials.release l ON l.publication_id = p.id AND l.state = 'published'
    JOIN materials.translation t ON t.release_id = l.id
    JOIN materials.rendition r ON r.translation_id = t.id AND r.chapter_id IS NULL
    JOIN materials.stored_file f ON f.sha256 = r.sha256
    WHERE l.id = (
        SELECT n.id FROM materials.release n
        JOIN materials.translation s ON s.release_id = n.id AND s.language = t.language
        WHERE n.publication_id = p.id AND n.state = 'published'
          AND EXISTS (SELECT FROM materials.rendition c WHERE c.translation_id = s.id AND c.chapter_id IS NULL)
        ORDER BY n.published_at DESC, n.id DESC LIMIT 1
    )
"""


def upgrade() -> None:
    op.execute("ALTER TABLE materials.download ADD COLUMN whole boolean NOT NULL DEFAULT true")
    op.execute("ALTER TABLE materials.release DROP CONSTRAINT ck_release_state_known")
    op.execute("ALTER TABLE materials.release DROP CONSTRAINT ck_release_published_is_dated")
    op.execute(
        "ALTER TABLE materials.release ADD CONSTRAINT ck_release_state_known"
        " CHECK (state IN ('draft', 'published', 'withdrawn')) NOT VALID"
    )
    op.execute(
        "ALTER TABLE materials.release ADD CONSTRAINT ck_release_published_is_dated"
        " CHECK ((state = 'draft') = (published_at IS NULL)) NOT VALID"
    )
    op.execute("ALTER TABLE materials.release VALIDATE CONSTRAINT ck_release_state_known")
    op.execute("ALTER TABLE materials.release VALIDATE CONSTRAINT ck_release_published_is_dated")
    op.execute(NEWEST_COPY)
