"""Files that came, many at once, and wait until somebody says what they are."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.schema.base import Base, Key


class Arrival(Base):
    """A stored file under the name it came with, and what that name was taken to say."""

    __tablename__ = "arrival"
    __table_args__ = (
        CheckConstraint("format IN ('pdf', 'light_pdf', 'epub', 'text')", name="format_known"),
        Index("ix_arrival_release_id", "release_id"),
        Index("ix_arrival_sha256", "sha256"),
        Index("ix_arrival_chapter_id", "chapter_id"),
        Index("ix_arrival_arrived_at", "arrived_at"),
        {"schema": "materials"},
    )

    id: Mapped[Key]
    release_id: Mapped[UUID] = mapped_column(ForeignKey("materials.release.id", ondelete="CASCADE"))
    sha256: Mapped[str] = mapped_column(ForeignKey("materials.stored_file.sha256"))
    name: Mapped[str]
    language: Mapped[str | None]
    chapter_id: Mapped[UUID | None] = mapped_column(ForeignKey("materials.chapter.id", ondelete="CASCADE"))
    format: Mapped[str]
    arrived_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
