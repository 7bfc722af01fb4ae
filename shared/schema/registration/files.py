"""Files that people gave in answer to a question."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from shared.schema.base import Base


class AnswerFile(Base):
    """A file in the store's room for answers. It belongs to nobody until an application claims it.

    Until then whoever knows its ``id`` may give it as an answer, so the id is random (RFC 9562, 5.4).
    """

    __tablename__ = "answer_file"
    __table_args__ = (
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256_form"),
        CheckConstraint("size > 0", name="size_counts"),
        Index("ix_answer_file_application_id", "application_id"),
        Index("ix_answer_file_edition_id", "edition_id"),
        Index("ix_answer_file_form_id", "form_id"),
        Index("ix_answer_file_sha256", "sha256"),
        {"schema": "registration"},
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    edition_id: Mapped[UUID] = mapped_column(ForeignKey("registration.edition.id"))
    form_id: Mapped[UUID] = mapped_column(ForeignKey("registration.form.id"))
    field: Mapped[str]
    application_id: Mapped[UUID | None] = mapped_column(ForeignKey("registration.application.id", ondelete="SET NULL"))
    name: Mapped[str]
    """As the sender's device called it."""
    sha256: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str]
    """Told by the bytes."""
    came_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    """When a half-filled form named it last: one that nobody claims lasts as long as such a form."""
    replaced_at: Mapped[datetime | None]
    """Set when another answer took its place; it goes with the next round."""
