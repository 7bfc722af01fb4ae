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


class FormDraft(Base):
    """An application on its way: what was typed so far, saved with each step, bound to nothing yet.

    A visitor's draft is known to the browser that typed it and to whoever opens the link mailed to ``email``.
    """

    __tablename__ = "form_draft"
    __table_args__ = (
        Index("ix_form_draft_updated_at", "updated_at"),
        Index("ix_form_draft_edition_id", "edition_id"),
        Index("ix_form_draft_person_id", "person_id"),
        Index(
            "uq_form_draft_person",
            "edition_id",
            "person_id",
            unique=True,
            postgresql_where=text("person_id is not null"),
        ),
        {"schema": "registration"},
    )

    id: Mapped[Key]
    edition_id: Mapped[UUID] = mapped_column(ForeignKey("registration.edition.id"))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.person.id"))
    submission_key: Mapped[UUID]
    """Under which it will be sent: pressed twice, it is one application."""
    form_version: Mapped[int]
    """The version that was seen when it was typed last."""
    typed: Mapped[dict[str, Any]]
    """Each input's name with its values."""
    email: Mapped[str]
    """Where the link goes, typed and unproved; empty before somebody asks for it."""
    locale: Mapped[str]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class FormResponse(Base):
    """One person's answers to a form of an edition other than the application."""

    __tablename__ = "form_response"
    __table_args__ = (
        UniqueConstraint("form_id", "application_id", name="uq_form_response_application"),
        Index("ix_form_response_edition_id", "edition_id"),
        Index("ix_form_response_person_id", "person_id"),
        Index("ix_form_response_application_id", "application_id"),
        {"schema": "registration"},
    )

    id: Mapped[Key]
    form_id: Mapped[UUID] = mapped_column(ForeignKey("registration.form.id"))
    form_version: Mapped[int]
    edition_id: Mapped[UUID] = mapped_column(ForeignKey("registration.edition.id"))
    application_id: Mapped[UUID] = mapped_column(ForeignKey("registration.application.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.person.id"))
    answers: Mapped[dict[str, Any]]
    submitted_at: Mapped[datetime]
    updated_at: Mapped[datetime]
