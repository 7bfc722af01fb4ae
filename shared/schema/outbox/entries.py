"""Facts, and one entry for each service that has to hear one."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.schema.base import Base, Key


class FactRow(Base):
    """What happened, once: a change of a state, an act that left it, or something told to others without either.

    Kept as long as what it is about. Only ``why`` and ``details`` may hold personal data, and only they ever change:
    erasure empties them.
    """

    __tablename__ = "fact"
    __table_args__ = (
        Index("ix_fact_subject_id", "subject_id", "at"),
        Index("ix_fact_person_id", "person_id", "at", postgresql_where=text("person_id IS NOT NULL")),
        Index("ix_fact_edition_id", "edition_id", "at", postgresql_where=text("edition_id IS NOT NULL")),
        {"schema": "outbox"},
    )

    id: Mapped[Key]
    noun: Mapped[str] = mapped_column(server_default="")
    subject_id: Mapped[UUID | None]
    edition_id: Mapped[UUID | None]
    person_id: Mapped[UUID | None]
    """Whom it concerns."""
    before: Mapped[str | None]
    """The state left; empty for a beginning, the same as ``after`` for an act that left the state as it was."""
    after: Mapped[str | None]
    """Empty for what is told without a change of a state."""
    by: Mapped[UUID | None] = mapped_column("actor_id")
    """The person who did it; empty when the clock or somebody not known yet did."""
    at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    why: Mapped[str] = mapped_column(server_default="")
    details: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    """For an edit ``{field: [before, after]}``."""
    name: Mapped[str] = mapped_column(server_default="")
    """What subscribers hear; empty for what is history alone."""
    payload: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    request_id: Mapped[str] = mapped_column(server_default="")
    recorded_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    """When the row was written, by PostgreSQL's clock; ``at`` is when it happened."""


class Entry(Base):
    """The promise that one subscriber will react to one fact, exactly once."""

    __tablename__ = "entry"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'done', 'aside')", name="state"),
        Index("ix_entry_waiting", "subscriber", "id", postgresql_where=text("state = 'waiting'")),
        Index("ix_entry_aside", "subscriber", "id", postgresql_where=text("state = 'aside'")),
        Index("ix_entry_fact_id", "fact_id"),
        Index("ix_entry_done_by", "subscriber", "done_at", postgresql_where=text("state = 'done'")),
        {"schema": "outbox"},
    )

    id: Mapped[Key]
    fact_id: Mapped[UUID] = mapped_column(ForeignKey("outbox.fact.id"))
    subscriber: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="waiting")
    attempts: Mapped[int] = mapped_column(server_default="0")
    not_before: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    """Nobody reacts before then: what is told ahead of its time rests, and so does a failed reaction."""
    last_error: Mapped[str | None]
    done_at: Mapped[datetime | None]
