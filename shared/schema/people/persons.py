"""People, and what hangs on them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, MappedColumn, mapped_column

from shared.schema.alphabet import SortKey
from shared.schema.base import Base, Key


def _computed(expression: str) -> MappedColumn[str]:
    return mapped_column(Computed(expression, persisted=True), deferred=True)


class Person(Base):
    """A human with a proved e-mail address."""

    __tablename__ = "person"
    __table_args__ = (
        Index("uq_person_email", func.lower(text("email")), unique=True),
        *(Index(f"ix_person_{column}", column, "id") for column in ("name_as", "name_as_es", "name_as_ar")),
        Index("ix_person_words", "words", postgresql_using="gin", postgresql_ops={"words": "gin_trgm_ops"}),
        CheckConstraint("locale IN ('en', 'fr', 'es', 'pt', 'ar')", name="locale"),
        {"schema": "people"},
    )

    id: Mapped[Key]
    email: Mapped[str]
    name: Mapped[str]
    """As on the passport."""
    called: Mapped[str] = mapped_column(server_default="")
    """How the person wants to be addressed; empty means by name."""
    locale: Mapped[str] = mapped_column(server_default="en")
    time_zone: Mapped[str] = mapped_column(server_default="")
    """An IANA name; empty while nobody told us: then times are told in the edition's zone, by name."""
    desk_edition_id: Mapped[UUID | None]
    """The edition that a member of staff chose to work in."""
    email_proved_at: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    name_as: Mapped[SortKey] = _computed("words.sorted_as(name, 'fr')")
    name_as_es: Mapped[SortKey] = _computed("words.sorted_as(name, 'es')")
    name_as_ar: Mapped[SortKey] = _computed("words.sorted_as(name, 'ar')")
    words: Mapped[str] = _computed("' ' || words.folded(name || ' ' || email)")
    """What a search for people looks through."""


class Role(Base):
    """A staff role of a person; without an edition it holds for all of them."""

    __tablename__ = "role"
    __table_args__ = (
        CheckConstraint(
            "name IN ('organiser', 'reviewer', 'finance', 'librarian', 'writer', 'approver', 'door', 'viewer')",
            name="name",
        ),
        UniqueConstraint("person_id", "name", "edition_id", postgresql_nulls_not_distinct=True),
        {"schema": "people"},
    )

    id: Mapped[Key]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.person.id", ondelete="CASCADE"))
    name: Mapped[str]
    edition_id: Mapped[UUID | None]
    granted_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    granted_by: Mapped[UUID | None]
