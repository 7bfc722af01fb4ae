"""What the machine makes of an upload: pages, pictures, light versions, chapters; and the words to find pages by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR

from shared.migrations.grants import publish

revision = "0014_made"
down_revision = "0013_stories"
branch_labels = None
depends_on = None
accepted = {
    "adding-foreign-key-constraint": "the column is new and empty: there is nothing to check",
    "constraint-missing-not-valid": "the column is new and empty: there is nothing to check",
}

LANGUAGES = {"en": "english", "fr": "french", "es": "spanish", "pt": "portuguese", "ar": "arabic"}


def upgrade() -> None:
    _made()
    _pages()
    _words()


def _made() -> None:
    op.add_column(
        "rendition",
        sa.Column(
            "made_from",
            sa.Uuid(),
            sa.ForeignKey("materials.rendition.id", name="fk_rendition_made_from_rendition", ondelete="CASCADE"),
        ),
        schema="materials",
    )
    op.create_table(
        "making",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column(
            "rendition_id",
            sa.Uuid(),
            sa.ForeignKey("materials.rendition.id", name="fk_making_rendition_id_rendition", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("edition_id", sa.Uuid()),
        sa.Column("state", sa.String(), nullable=False, server_default="waiting"),
        sa.Column("step", sa.String(), nullable=False, server_default="pages"),
        sa.Column("pages_done", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("pages", sa.Integer()),
        sa.Column("letters", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("trouble", sa.String()),
        sa.Column("outline", JSONB(), nullable=False, server_default=sa.text("'[]'")),
        sa.Column(
            "changed_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("clock_timestamp()")
        ),
        sa.UniqueConstraint("rendition_id", name="uq_making_rendition_id"),
        sa.CheckConstraint("state IN ('waiting', 'making', 'made', 'failed')", name="ck_making_state_known"),
        sa.CheckConstraint("step IN ('pages', 'light', 'parts', 'done')", name="ck_making_step_known"),
        sa.CheckConstraint("trouble IN ('locked', 'broken', 'heavy', 'empty')", name="ck_making_trouble_known"),
        schema="materials",
    )
    op.create_index("ix_making_sha256", "making", ["sha256"], schema="materials")
    publish(op, "materials.making")


def _pages() -> None:
    stored = "materials.stored_file.sha256"
    op.create_table(
        "page",
        sa.Column(
            "sha256",
            sa.String(),
            sa.ForeignKey(stored, name="fk_page_sha256_stored_file", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False, server_default=""),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("lines", JSONB(), nullable=False, server_default=sa.text("'[]'")),
        sa.Column("image", sa.String(), sa.ForeignKey(stored, name="fk_page_image_stored_file")),
        sa.Column("small", sa.String(), sa.ForeignKey(stored, name="fk_page_small_stored_file")),
        sa.Column("width", sa.Integer()),
        sa.Column("height", sa.Integer()),
        sa.Column("words", TSVECTOR(), nullable=False),
        schema="materials",
    )
    op.create_index("ix_page_words", "page", ["words"], schema="materials", postgresql_using="gin")
    publish(op, "materials.page")


def _words() -> None:
    """Make a search configuration for each language: its stems, found with and without accents."""
    op.execute("CREATE EXTENSION IF NOT EXISTS unaccent")
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    for code, name in LANGUAGES.items():
        op.execute(f"CREATE TEXT SEARCH CONFIGURATION materials.{code} (COPY = pg_catalog.{name})")
        op.execute(
            f"ALTER TEXT SEARCH CONFIGURATION materials.{code}"
            f" ALTER MAPPING FOR hword, hword_part, word WITH unaccent, {name}_stem"
        )
    op.create_table(
        "word",
        sa.Column("language", sa.String(), primary_key=True),
        sa.Column("word", sa.Text(), primary_key=True),
        schema="materials",
    )
    op.create_index(
        "ix_word_word",
        "word",
        ["word"],
        schema="materials",
        postgresql_using="gin",
        postgresql_ops={"word": "gin_trgm_ops"},
    )
    publish(op, "materials.word")
