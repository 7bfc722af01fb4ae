"""Facts, and one entry for each service that has to hear one."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.schema.base import Base, Key


class FactRow(Base):
    """A fact as it was recorded: never changed, kept for timelines."""

    __tablename__ = "fact"
    __table_args__ = (
        Index("ix_fact_person_id", "person_id", "recorded_at", postgresql_where=text("person_id IS NOT NULL")),
        Index("ix_fact_edition_id", "edition_id", "recorded_at", postgresql_where=text("edition_id IS NOT NULL")),
        {"schema": "outbox"},
    )

    id: Mapped[Key]
    name: Mapped[str]
    payload: Mapped[dict[str, Any]]
    edition_id: Mapped[UUID | None]
    person_id: Mapped[UUID | None]
    actor_id: Mapped[UUID | None]
    request_id: Mapped[str] = mapped_column(server_default="")
    recorded_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))


class Entry(Base):
    """The promise that one subscriber will react to one fact, exactly once."""

    __tablename__ = "entry"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'done', 'aside')", name="state"),
        Index("ix_entry_waiting", "subscriber", "id", postgresql_where=text("state = 'waiting'")),
        Index("ix_entry_aside", "subscriber", "id", postgresql_where=text("state = 'aside'")),
        Index("ix_entry_fact_id", "fact_id"),
        {"schema": "outbox"},
    )

    id: Mapped[Key]
    fact_id: Mapped[UUID] = mapped_column(ForeignKey("outbox.fact.id"))
    subscriber: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="waiting")
    attempts: Mapped[int] = mapped_column(server_default="0")
    not_before: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    """A failed reaction rests until then."""
    last_error: Mapped[str | None]
    done_at: Mapped[datetime | None]
