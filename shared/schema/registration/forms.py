from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.schema.base import Base, Key


class Form(Base):
    """What an organiser builds for one moment of an edition: applying, after acceptance, evaluation, or another.

    ``draft`` is the definition in work; people fill in the version that ``published`` names.
    """

    __tablename__ = "form"
    __table_args__ = (
        UniqueConstraint("edition_id", "slug", name="uq_form_slug"),
        CheckConstraint("purpose in ('application', 'acceptance', 'evaluation', 'other')", name="purpose_known"),
        CheckConstraint("audience in ('applied', 'offered', 'accepted', 'attended')", name="audience_known"),
        CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name="slug_form"),
        CheckConstraint("closes_at > opens_at", name="deadlines_in_order"),
        Index("uq_form_application", "edition_id", unique=True, postgresql_where=text("purpose = 'application'")),
        {"schema": "registration"},
    )

    id: Mapped[Key]
    edition_id: Mapped[UUID] = mapped_column(ForeignKey("registration.edition.id"))
    slug: Mapped[str]
    purpose: Mapped[str]
    audience: Mapped[str]
    """Who is asked to fill it in; ``applied`` for the application itself."""
    draft: Mapped[dict[str, Any]]
    published: Mapped[int | None]
    """Number of the version that people fill in, None before the first."""
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    """Of its own; the application opens and closes with its edition."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class FormVersion(Base):
    """One published definition. It never changes: a trigger refuses."""

    __tablename__ = "form_version"
    __table_args__ = (
        UniqueConstraint("form_id", "number", name="uq_form_version_number"),
        {"schema": "registration"},
    )

    id: Mapped[Key]
    form_id: Mapped[UUID] = mapped_column(ForeignKey("registration.form.id"))
    number: Mapped[int]
    definition: Mapped[dict[str, Any]]
    published_by: Mapped[UUID | None]
    published_at: Mapped[datetime]


class FormEdit(Base):
    """The draft of a form as it was before one act of the builder, so that the act can be undone."""

    __tablename__ = "form_edit"
    __table_args__ = (
        Index("ix_form_edit_form_id", "form_id", "made_at"),
        {"schema": "registration"},
    )

    id: Mapped[Key]
    form_id: Mapped[UUID] = mapped_column(ForeignKey("registration.form.id"))
    before: Mapped[dict[str, Any]]
    made_by: Mapped[UUID | None]
    made_at: Mapped[datetime]


class TakenOption(Base):
    """An application has one of the places of an option."""

    __tablename__ = "taken_option"
    __table_args__ = (
        Index("ix_taken_option_option", "form_id", "field", "option"),
        {"schema": "registration"},
    )

    application_id: Mapped[UUID] = mapped_column(
        ForeignKey("registration.application.id", ondelete="CASCADE"), primary_key=True
    )
    form_id: Mapped[UUID] = mapped_column(ForeignKey("registration.form.id"), primary_key=True)
    field: Mapped[str] = mapped_column(primary_key=True)
    option: Mapped[str] = mapped_column(primary_key=True)
