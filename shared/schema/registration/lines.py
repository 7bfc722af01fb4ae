"""What the desk finds, filters and sorts applications by: narrow rows that PostgreSQL keeps beside the wide ones.

Triggers write them in the transaction of what they follow (migration ``0026_desk_at_scale``); nobody else does. Why
they exist, and what they cost, is in ``docs/decisions/desk-at-100000.md``.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from shared.schema.alphabet import SortKey
from shared.schema.base import Base


class ApplicationLine(Base):
    """An application as a line of the desk's table: what it is sorted and filtered by, and nothing to read."""

    __tablename__ = "application_line"
    __table_args__ = (
        Index(
            "ix_application_line_filters",
            "edition_id",
            "country",
            "state",
            "proposed",
            "released",
            "offer",
            "language",
            "application_id",
        ),
        *(
            Index(f"ix_application_line_{column}", "edition_id", column, "application_id")
            for column in (
                "moment",
                "name_as",
                "name_as_es",
                "name_as_ar",
                "organisation_as",
                "organisation_as_es",
                "organisation_as_ar",
            )
        ),
        {"schema": "registration"},
    )

    application_id: Mapped[UUID] = mapped_column(
        ForeignKey("registration.application.id", ondelete="CASCADE"), primary_key=True
    )
    edition_id: Mapped[UUID]
    person_id: Mapped[UUID | None]
    state: Mapped[str]
    proposed: Mapped[str] = mapped_column(server_default="")
    """The outcome that is proposed; empty for none."""
    released: Mapped[str] = mapped_column(server_default="")
    """The outcome that is known; empty for none."""
    offer: Mapped[str] = mapped_column(server_default="")
    """Where the newest offer stands; empty for none."""
    language: Mapped[str]
    country: Mapped[str]
    moment: Mapped[datetime]
    """When it was submitted, or begun while it is a draft."""
    name_as: Mapped[SortKey]
    name_as_es: Mapped[SortKey]
    name_as_ar: Mapped[SortKey]
    organisation_as: Mapped[SortKey]
    organisation_as_es: Mapped[SortKey]
    organisation_as_ar: Mapped[SortKey]


class ApplicationWords(Base):
    """What a search looks through, folded. A table of its own: a change of state must not index the words anew."""

    __tablename__ = "application_words"
    __table_args__ = (
        Index(
            "ix_application_words_words",
            "words",
            postgresql_using="gin",
            postgresql_ops={"words": "gin_trgm_ops"},
            postgresql_with={"gin_pending_list_limit": "512"},
        ),
        Index("ix_application_words_edition_id", "edition_id"),
        {"schema": "registration"},
    )

    application_id: Mapped[UUID] = mapped_column(
        ForeignKey("registration.application.id", ondelete="CASCADE"), primary_key=True
    )
    edition_id: Mapped[UUID]
    words: Mapped[str]
    """Name, address, organisation and motivation, with a space before the first word."""
