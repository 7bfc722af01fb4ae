from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shared.schema.base import Base, Key


class SavedView(Base):
    """A view of an edition's applications that the desk keeps by name: filters, order and columns."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("edition_id", "name"), {"schema": "registration"})

    id: Mapped[Key]
    edition_id: Mapped[UUID] = mapped_column(ForeignKey("registration.edition.id"))
    name: Mapped[str]
    query: Mapped[str]
    """As the page's address has it, without the question mark."""
    made_by: Mapped[UUID | None]
    made_at: Mapped[datetime]
