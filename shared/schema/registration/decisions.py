from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.schema.base import Base, Key


class DecisionBatch(Base):
    """One release: decisions that become known together, a large one part by part."""

    __tablename__ = "decision_batch"
    __table_args__ = (
        CheckConstraint("state in ('frozen', 'finished')", name="state_known"),
        Index("ix_decision_batch_edition_id", "edition_id", "released_at"),
        {"schema": "registration"},
    )

    id: Mapped[Key]
    edition_id: Mapped[UUID] = mapped_column(ForeignKey("registration.edition.id"))
    released_by: Mapped[UUID | None]
    released_at: Mapped[datetime]
    """When it was frozen: from then on nothing of it changes, and the places of its accepts are held."""
    known_from: Mapped[datetime] = mapped_column(server_default=text("now()"))
    """Until then it can be taken back: nothing of it is known, and no mail about it leaves."""
    state: Mapped[str] = mapped_column(server_default="frozen")
    decisions: Mapped[int]
    finished_at: Mapped[datetime | None]


class Decision(Base):
    """Accept, reserve or decline: proposed, then released in a batch. A reversal is a new row."""

    __tablename__ = "decision"
    __table_args__ = (
        CheckConstraint("outcome in ('accept', 'reserve', 'decline')", name="outcome_known"),
        CheckConstraint("state in ('proposed', 'released', 'replaced')", name="state_known"),
        CheckConstraint("released_at is null or batch_id is not null", name="released_in_batch"),
        Index(
            "uq_decision_current",
            "application_id",
            "state",
            unique=True,
            postgresql_where=text("state in ('proposed', 'released')"),
        ),
        Index("ix_decision_edition_id_state", "edition_id", "state"),
        Index("ix_decision_application_id", "application_id"),
        Index("ix_decision_of_batch", "batch_id", "outcome", "released_at"),
        Index(
            "ix_decision_waiting",
            "edition_id",
            "id",
            "application_id",
            "outcome",
            postgresql_where=text("state = 'proposed' AND batch_id IS NULL"),
        ),
        Index(
            "ix_decision_frozen",
            "edition_id",
            "outcome",
            "application_id",
            postgresql_where=text("state = 'proposed' AND batch_id IS NOT NULL"),
        ),
        Index(
            "ix_decision_bound",
            "batch_id",
            "id",
            postgresql_where=text("state = 'proposed' AND batch_id IS NOT NULL"),
        ),
        {"schema": "registration"},
    )

    id: Mapped[Key]
    application_id: Mapped[UUID] = mapped_column(ForeignKey("registration.application.id"))
    edition_id: Mapped[UUID] = mapped_column(ForeignKey("registration.edition.id"))
    outcome: Mapped[str]
    state: Mapped[str]
    note: Mapped[str]
    """Internal: the applicant never sees it."""
    proposed_by: Mapped[UUID | None]
    proposed_at: Mapped[datetime]
    batch_id: Mapped[UUID | None] = mapped_column(ForeignKey("registration.decision_batch.id"))
    """Set when a release has frozen it; from then on only the release moves it, or the applicant who withdraws."""
    released_at: Mapped[datetime | None]
