from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from shared.schema.base import Base, Key

GONE: Final = ("withdrawn", "substituted")
"""Enrolments in these states hold no place any more; all others do. ``registration.standing`` says so to the others."""


class Offer(Base):
    """A place held for one person until it expires."""

    __tablename__ = "offer"
    __table_args__ = (
        CheckConstraint("state in ('offered', 'accepted', 'declined', 'expired', 'withdrawn')", name="state_known"),
        Index(
            "uq_offer_live",
            "application_id",
            unique=True,
            postgresql_where=text("state in ('offered', 'accepted')"),
        ),
        Index("ix_offer_application_id", "application_id", "offered_at"),
        Index("ix_offer_decision_id", "decision_id"),
        Index("ix_offer_edition_id_state", "edition_id", "state"),
        Index("ix_offer_due", "expires_at", postgresql_where=text("state = 'offered'")),
        Index("ix_offer_person_id", "person_id"),
        {"schema": "registration"},
    )

    id: Mapped[Key]
    application_id: Mapped[UUID] = mapped_column(ForeignKey("registration.application.id"))
    decision_id: Mapped[UUID] = mapped_column(ForeignKey("registration.decision.id"))
    edition_id: Mapped[UUID] = mapped_column(ForeignKey("registration.edition.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.person.id"))
    state: Mapped[str]
    offered_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(server_default="")
    """Why it was declined, of ``rules.offers.REASONS``; empty where nobody said."""


class Enrolment(Base):
    """An accepted place."""

    __tablename__ = "enrolment"
    __table_args__ = (
        CheckConstraint(
            "state in ('accepted', 'confirmed', 'attended', 'no_show', 'certified', 'withdrawn', 'substituted')",
            name="state_known",
        ),
        UniqueConstraint("offer_id", name="uq_enrolment_offer_id"),
        Index(
            "uq_enrolment_live",
            "edition_id",
            "person_id",
            unique=True,
            postgresql_where=text(f"state not in {GONE}"),
        ),
        Index("ix_enrolment_application_id", "application_id"),
        Index("ix_enrolment_person_id", "person_id"),
        {"schema": "registration"},
    )

    id: Mapped[Key]
    offer_id: Mapped[UUID] = mapped_column(ForeignKey("registration.offer.id"))
    application_id: Mapped[UUID] = mapped_column(ForeignKey("registration.application.id"))
    edition_id: Mapped[UUID] = mapped_column(ForeignKey("registration.edition.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.person.id"))
    state: Mapped[str]
    enrolled_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    @hybrid_property
    def holds_place(self) -> bool:
        """Whether this is somebody's place today."""
        return self.state not in GONE

    @holds_place.inplace.expression
    @classmethod
    def _holds_place(cls) -> ColumnElement[bool]:
        return cls.state.not_in(GONE)
