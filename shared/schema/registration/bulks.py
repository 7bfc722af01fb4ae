from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from shared.schema.base import Base, Key


class BulkProposal(Base):
    """One decision proposed for many applications in one act, a large one part by part; undone as a whole."""

    __tablename__ = "bulk_proposal"
    __table_args__ = (
        CheckConstraint("outcome in ('accept', 'reserve', 'decline')", name="outcome_known"),
        CheckConstraint("state in ('proposing', 'proposed', 'undoing', 'undone')", name="state_known"),
        Index("ix_bulk_proposal_edition_id", "edition_id", "begun_at"),
        {"schema": "registration"},
    )

    id: Mapped[Key]
    edition_id: Mapped[UUID] = mapped_column(ForeignKey("registration.edition.id"))
    outcome: Mapped[str]
    note: Mapped[str]
    """As in ``Decision``: internal."""
    proposed_by: Mapped[UUID | None]
    undone_by: Mapped[UUID | None]
    begun_at: Mapped[datetime]
    applications: Mapped[int]
    """How many it was begun for."""
    state: Mapped[str]


class BulkItem(Base):
    """One application of a bulk proposal, frozen when it began, and what became of it."""

    __tablename__ = "bulk_item"
    __table_args__ = (
        Index("ix_bulk_item_result", "bulk_proposal_id", "result", "application_id"),
        {"schema": "registration"},
    )

    bulk_proposal_id: Mapped[UUID] = mapped_column(primary_key=True)
    application_id: Mapped[UUID] = mapped_column(primary_key=True)
    """Neither has a foreign key: a hundred thousand checks would make the press of a button slow."""
    result: Mapped[str] = mapped_column(server_default="")
    """Empty while its turn has not come; ``taken``, then ``undone`` or ``kept``; else why it was skipped."""
    decision_id: Mapped[UUID | None]
    """What was proposed for it."""
    replaced_id: Mapped[UUID | None]
    """What was proposed before, and is again once this is undone."""
