"""Named pools of places: a room of one language, fellowship places, a constituency. Each is for one group."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shared.schema.base import Base, Key


class PlacePool(Base):
    """So many places for one group. Whoever belongs to it takes one here beside the one of the edition."""

    __tablename__ = "place_pool"
    __table_args__ = (
        UniqueConstraint("edition_id", "trait", "value"),
        CheckConstraint("capacity >= 0", name="capacity_counts"),
        {"schema": "registration"},
    )

    id: Mapped[Key]
    edition_id: Mapped[UUID] = mapped_column(ForeignKey("registration.edition.id"))
    name: Mapped[dict[str, Any]]
    """``{language: text}``."""
    trait: Mapped[str]
    """By what the group is told, see ``rules.selection.traits``; never changed, as offers already count by it."""
    value: Mapped[str]
    capacity: Mapped[int]
    made_at: Mapped[datetime]


class PoolPlace(Base):
    """A decision to accept that needs a place of this pool; it holds one as long as it holds one of the edition."""

    __tablename__ = "pool_place"
    __table_args__ = (Index("ix_pool_place_pool_id", "pool_id"), {"schema": "registration"})

    decision_id: Mapped[UUID] = mapped_column(ForeignKey("registration.decision.id"), primary_key=True)
    pool_id: Mapped[UUID] = mapped_column(
        ForeignKey("registration.place_pool.id", ondelete="CASCADE"), primary_key=True
    )
