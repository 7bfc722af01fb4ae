from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from shared.schema.base import Base, Key


class Change(Base):
    """One step of one of the machines, or one edit: who, when, why. Written once, never changed."""

    __tablename__ = "change"
    __table_args__ = (
        CheckConstraint("subject in ('application', 'decision', 'offer', 'enrolment')", name="subject_known"),
        Index("ix_change_application_id", "application_id", "changed_at"),
        {"schema": "registration"},
    )

    id: Mapped[Key]
    application_id: Mapped[UUID] = mapped_column(ForeignKey("registration.application.id"))
    subject: Mapped[str]
    subject_id: Mapped[UUID]
    before: Mapped[str | None]
    """The state left; empty for a beginning."""
    after: Mapped[str]
    changed_at: Mapped[datetime]
    changed_by: Mapped[UUID | None]
    """The person who did it; empty when the clock or an unproved applicant did."""
    why: Mapped[str]
    fields: Mapped[dict[str, Any]]
    """For an edit: ``{field: [before, after]}``."""
