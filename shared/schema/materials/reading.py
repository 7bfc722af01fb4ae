"""Where a person is in what she reads, on whichever device."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from shared.schema.base import Base


class Reading(Base):
    """A person looked at a publication's page, and maybe opened it in the reader."""

    __tablename__ = "reading"
    __table_args__ = (
        CheckConstraint("(language IS NULL) = (page IS NULL)", name="place_is_whole"),
        Index("ix_reading_publication_id", "publication_id"),
        {"schema": "materials"},
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.person.id", ondelete="CASCADE"), primary_key=True)
    publication_id: Mapped[UUID] = mapped_column(
        ForeignKey("materials.publication.id", ondelete="CASCADE"), primary_key=True
    )
    looked_at: Mapped[datetime]
    """When her present visit to the page began; a visit lasts an hour."""
    known_at: Mapped[datetime]
    """When the visit before began: what came since is new for the whole of the present one."""
    language: Mapped[str | None]
    page: Mapped[int | None]
