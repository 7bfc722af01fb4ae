"""What reviewers score, who reviews, each review, and the selections that are weighed."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from shared.schema.base import Base, Key


class Rubric(Base):
    """The criteria of an edition; the highest version is in force. One that was scored by never changes."""

    __tablename__ = "rubric"
    __table_args__ = (
        UniqueConstraint("edition_id", "version"),
        CheckConstraint("reviews_each BETWEEN 1 AND 9", name="reviews_each"),
        {"schema": "registration"},
    )

    id: Mapped[Key]
    edition_id: Mapped[UUID] = mapped_column(ForeignKey("registration.edition.id"))
    version: Mapped[int]
    criteria: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """``[{"key", "weight", "best", "name": {language: text}, "anchors": {language: text}}]`` in their order."""
    reviews_each: Mapped[int]
    """How many reviewers read each application."""
    made_at: Mapped[datetime]


class Reviewer(Base):
    """Somebody who reviews for an edition. Whoever left keeps what she handed in."""

    __tablename__ = "reviewer"
    __table_args__ = (UniqueConstraint("edition_id", "person_id"), {"schema": "registration"})

    id: Mapped[Key]
    edition_id: Mapped[UUID] = mapped_column(ForeignKey("registration.edition.id"))
    person_id: Mapped[UUID]
    languages: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    """Those she reads; empty for all."""
    left_at: Mapped[datetime | None]


class Review(Base):
    """One application in the hands of one reviewer, with what she thinks of it. Blind until it is handed in."""

    __tablename__ = "review"
    __table_args__ = (
        UniqueConstraint("application_id", "person_id"),
        CheckConstraint("state IN ('assigned', 'handed_in', 'recused', 'taken_back')", name="state_known"),
        CheckConstraint("recommendation IN ('', 'accept', 'reserve', 'decline')", name="recommendation_known"),
        CheckConstraint("state <> 'handed_in' OR rubric_id IS NOT NULL", name="handed_in_by_rubric"),
        Index("ix_review_person_id", "edition_id", "person_id", "state"),
        Index("ix_review_rubric_id", "rubric_id"),
        {"schema": "registration"},
    )

    id: Mapped[Key]
    edition_id: Mapped[UUID] = mapped_column(ForeignKey("registration.edition.id"))
    application_id: Mapped[UUID] = mapped_column(ForeignKey("registration.application.id"))
    person_id: Mapped[UUID]
    """The reviewer."""
    state: Mapped[str]
    rubric_id: Mapped[UUID | None] = mapped_column(ForeignKey("registration.rubric.id"))
    """By which criteria it was scored."""
    scores: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    """``{criterion: 1 … best}``."""
    recommendation: Mapped[str] = mapped_column(server_default="")
    comment: Mapped[str] = mapped_column(server_default="")
    assigned_at: Mapped[datetime]
    updated_at: Mapped[datetime | None]
    handed_in_at: Mapped[datetime | None]


class Scenario(Base):
    """A selection that is weighed: how applications are ranked, and the rules of balance. Who enters is worked out."""

    __tablename__ = "scenario"
    __table_args__ = (
        CheckConstraint("places >= 0", name="places"),
        Index("ix_scenario_edition_id", "edition_id"),
        {"schema": "registration"},
    )

    id: Mapped[Key]
    edition_id: Mapped[UUID] = mapped_column(ForeignKey("registration.edition.id"))
    name: Mapped[str]
    formula: Mapped[str]
    places: Mapped[int]
    rules: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    """``[{"key", "trait", "value", "floor", "ceiling"}]``."""
    made_by: Mapped[UUID | None]
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime]
