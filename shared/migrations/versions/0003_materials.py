"""The tables of materials."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.migrations.grants import make_schema, publish

revision = "0003_materials"
down_revision = "0002_registration"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
NOW = sa.text("clock_timestamp()")
PUBLISHED = (
    "publication",
    "release",
    "translation",
    "chapter",
    "stored_file",
    "rendition",
    "download",
    "shelf",
    "shelf_item",
    "shelf_member",
)
SLUG = "slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'"


def upgrade() -> None:
    make_schema(op, "materials")
    make_publications()
    make_files()
    make_shelves()
    for table in PUBLISHED:
        publish(op, f"materials.{table}", readers=("registration", "notifications"))


def key() -> sa.Column[UUID]:
    return sa.Column("id", sa.Uuid(), primary_key=True)


def of(table: str, *, primary: bool = False, nullable: bool = False) -> sa.Column[UUID]:
    target = sa.ForeignKey(f"materials.{table}.id")
    return sa.Column(f"{table}_id", sa.Uuid(), target, primary_key=primary, nullable=nullable)


def person(*, primary: bool = False) -> sa.Column[UUID]:
    target = sa.ForeignKey("people.person.id", ondelete="CASCADE")
    return sa.Column("person_id", sa.Uuid(), target, primary_key=primary, nullable=False)


def texts(name: str) -> sa.Column[object]:
    return sa.Column(name, JSONB(), nullable=False)


def words(name: str, default: str | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False, server_default=default)


def moment(name: str, *, nullable: bool = False, now: bool = False) -> sa.Column[object]:
    return sa.Column(name, MOMENT, nullable=nullable, server_default=NOW if now else None)


def make_publications() -> None:
    op.create_table(
        "publication",
        key(),
        sa.Column("edition_id", sa.Uuid()),
        words("slug"),
        words("kind"),
        texts("titles"),
        texts("summaries"),
        texts("contributors"),
        words("publisher", ""),
        words("licence", ""),
        words("rights", ""),
        moment("created_at", now=True),
        sa.CheckConstraint("kind IN ('reader', 'slides', 'recording', 'document')", name="kind_known"),
        sa.CheckConstraint(SLUG, name="slug_form"),
        sa.UniqueConstraint("slug"),
        schema="materials",
    )
    op.create_index("ix_publication_edition_id", "publication", ["edition_id"], schema="materials")
    op.create_table(
        "release",
        key(),
        of("publication"),
        words("version"),
        words("state", "draft"),
        words("dated", ""),
        moment("published_at", nullable=True),
        moment("created_at", now=True),
        sa.CheckConstraint("state IN ('draft', 'published')", name="state_known"),
        sa.CheckConstraint("(state = 'published') = (published_at IS NOT NULL)", name="published_is_dated"),
        sa.UniqueConstraint("publication_id", "version"),
        schema="materials",
    )
    op.create_table(
        "translation",
        key(),
        of("release"),
        words("language"),
        words("title"),
        sa.CheckConstraint("language ~ '^[a-z]{2,3}$'", name="language_form"),
        sa.UniqueConstraint("release_id", "language"),
        schema="materials",
    )
    op.create_table(
        "chapter",
        key(),
        of("release"),
        sa.Column("number", sa.Integer(), nullable=False),
        texts("titles"),
        texts("authors"),
        texts("pages"),
        sa.CheckConstraint("number >= 1", name="number_counts"),
        sa.UniqueConstraint("release_id", "number"),
        schema="materials",
    )


def make_files() -> None:
    op.create_table(
        "stored_file",
        sa.Column("sha256", sa.String(), primary_key=True),
        sa.Column("size", sa.BigInteger(), nullable=False),
        words("media_type"),
        moment("modified_at"),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256_form"),
        sa.CheckConstraint("size >= 0", name="size_counts"),
        schema="materials",
    )
    op.create_table(
        "rendition",
        key(),
        of("translation"),
        of("chapter", nullable=True),
        words("format"),
        sa.Column("sha256", sa.String(), sa.ForeignKey("materials.stored_file.sha256"), nullable=False),
        words("filename"),
        words("full_name"),
        sa.Column("pages", sa.Integer()),
        sa.Column("uploaded_by", sa.Uuid()),
        moment("uploaded_at", now=True),
        sa.CheckConstraint("format IN ('pdf', 'light_pdf', 'epub', 'text', 'html')", name="format_known"),
        sa.CheckConstraint("filename ~ '^[a-z0-9]+([.-][a-z0-9]+)*$'", name="filename_plain"),
        sa.UniqueConstraint("translation_id", "chapter_id", "format", postgresql_nulls_not_distinct=True),
        schema="materials",
    )
    op.create_index("ix_rendition_sha256", "rendition", ["sha256"], schema="materials")
    op.create_table(
        "download",
        person(primary=True),
        sa.Column(
            "rendition_id",
            sa.Uuid(),
            sa.ForeignKey("materials.rendition.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        words("sha256"),
        moment("first_at"),
        moment("last_at"),
        sa.Column("times", sa.Integer(), nullable=False, server_default="1"),
        sa.CheckConstraint("times >= 1", name="times_counts"),
        schema="materials",
    )
    op.create_index("ix_download_rendition_id", "download", ["rendition_id"], schema="materials")


def make_shelves() -> None:
    op.create_table(
        "shelf",
        key(),
        sa.Column("edition_id", sa.Uuid()),
        texts("names"),
        words("rule"),
        moment("opens_at", nullable=True),
        moment("closes_at", nullable=True),
        moment("created_at", now=True),
        sa.CheckConstraint("rule IN ('public', 'registered', 'accepted')", name="rule_known"),
        sa.CheckConstraint("rule = 'public' OR edition_id IS NOT NULL", name="closed_shelf_has_edition"),
        sa.CheckConstraint("closes_at > opens_at", name="opens_before_it_closes"),
        schema="materials",
    )
    op.create_index("ix_shelf_edition_id", "shelf", ["edition_id"], schema="materials")
    op.create_table(
        "shelf_item",
        of("shelf", primary=True),
        of("publication", primary=True),
        moment("placed_at", now=True),
        schema="materials",
    )
    op.create_index("ix_shelf_item_publication_id", "shelf_item", ["publication_id"], schema="materials")
    op.create_table(
        "shelf_member",
        key(),
        of("shelf"),
        person(),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        moment("opened_at"),
        moment("closed_at", nullable=True),
        sa.UniqueConstraint("shelf_id", "enrolment_id"),
        schema="materials",
    )
    op.create_index("ix_shelf_member_person_id", "shelf_member", ["person_id"], schema="materials")
