"""Criteria, reviewers and reviews."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.migrations.grants import publish

revision = "0017_reviews"
down_revision = "0016_recall"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "rubric",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _edition(),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("criteria", JSONB(), nullable=False),
        sa.Column("reviews_each", sa.Integer(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.UniqueConstraint("edition_id", "version"),
        sa.CheckConstraint("reviews_each BETWEEN 1 AND 9", name="reviews_each"),
        schema="registration",
    )
    op.create_table(
        "reviewer",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _edition(),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("languages", sa.ARRAY(sa.Text()), nullable=False, server_default=sa.text("'{}'")),
        sa.Column("left_at", MOMENT),
        sa.UniqueConstraint("edition_id", "person_id"),
        schema="registration",
    )
    op.create_table(
        "review",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _edition(),
        sa.Column("application_id", sa.Uuid(), sa.ForeignKey("registration.application.id"), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("rubric_id", sa.Uuid(), sa.ForeignKey("registration.rubric.id")),
        sa.Column("scores", JSONB(), nullable=False, server_default=sa.text("'{}'")),
        sa.Column("recommendation", sa.String(), nullable=False, server_default=""),
        sa.Column("comment", sa.String(), nullable=False, server_default=""),
        sa.Column("assigned_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT),
        sa.Column("handed_in_at", MOMENT),
        sa.UniqueConstraint("application_id", "person_id"),
        sa.CheckConstraint("state IN ('assigned', 'handed_in', 'recused', 'taken_back')", name="state_known"),
        sa.CheckConstraint("recommendation IN ('', 'accept', 'reserve', 'decline')", name="recommendation_known"),
        sa.CheckConstraint("state <> 'handed_in' OR rubric_id IS NOT NULL", name="handed_in_by_rubric"),
        schema="registration",
    )
    op.create_table(
        "scenario",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _edition(),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("formula", sa.String(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("rules", JSONB(), nullable=False, server_default=sa.text("'[]'")),
        sa.Column("made_by", sa.Uuid()),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.CheckConstraint("places >= 0", name="places"),
        schema="registration",
    )
    op.create_index("ix_scenario_edition_id", "scenario", ["edition_id"], schema="registration")
    op.create_index("ix_review_person_id", "review", ["edition_id", "person_id", "state"], schema="registration")
    op.create_index("ix_review_rubric_id", "review", ["rubric_id"], schema="registration")
    for table in ("rubric", "reviewer", "review", "scenario"):
        publish(op, f"registration.{table}")


def _edition() -> sa.Column[UUID]:
    return sa.Column("edition_id", sa.Uuid(), sa.ForeignKey("registration.edition.id"), nullable=False)
