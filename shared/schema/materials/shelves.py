"""Who may open what, from when to when."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.schema.base import Base, Key


class Shelf(Base):
    """A rule, and a time: ``public`` for all, ``registered`` for applicants, ``accepted`` for those with a place."""

    __tablename__ = "shelf"
    __table_args__ = (
        CheckConstraint("rule IN ('public', 'registered', 'accepted')", name="rule_known"),
        CheckConstraint("rule = 'public' OR edition_id IS NOT NULL", name="closed_shelf_has_edition"),
        CheckConstraint("closes_at > opens_at", name="opens_before_it_closes"),
        Index("ix_shelf_edition_id", "edition_id"),
        {"schema": "materials"},
    )

    id: Mapped[Key]
    edition_id: Mapped[UUID | None]
    names: Mapped[dict[str, Any]]
    rule: Mapped[str]
    opens_at: Mapped[datetime | None]
    """None: open since ever."""
    closes_at: Mapped[datetime | None]
    """None: never closes. From this moment on nothing on it may be opened."""
    created_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))


class ShelfItem(Base):
    """A publication stands on a shelf."""

    __tablename__ = "shelf_item"
    __table_args__ = (Index("ix_shelf_item_publication_id", "publication_id"), {"schema": "materials"})

    shelf_id: Mapped[UUID] = mapped_column(ForeignKey("materials.shelf.id"), primary_key=True)
    publication_id: Mapped[UUID] = mapped_column(ForeignKey("materials.publication.id"), primary_key=True)
    placed_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))


class ShelfMember(Base):
    """An accepted shelf was opened to an enrolment. It opens nothing alone: the enrolment must be live as well."""

    __tablename__ = "shelf_member"
    __table_args__ = (
        UniqueConstraint("shelf_id", "enrolment_id", name="uq_shelf_member_shelf_id_enrolment_id"),
        Index("ix_shelf_member_person_id", "person_id"),
        {"schema": "materials"},
    )

    id: Mapped[Key]
    shelf_id: Mapped[UUID] = mapped_column(ForeignKey("materials.shelf.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.person.id", ondelete="CASCADE"))
    enrolment_id: Mapped[UUID]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
