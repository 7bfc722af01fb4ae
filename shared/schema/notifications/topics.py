"""What a person may opt out of, who did, and which addresses get nothing at all."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.schema.base import Base, Key


class Topic(Base):
    """What campaigns are about; the unit of opting out. Name and description are ``{language: text}``."""

    __tablename__ = "topic"
    __table_args__ = (UniqueConstraint("slug", name="uq_topic_slug"), {"schema": "notifications"})

    id: Mapped[Key]
    slug: Mapped[str]
    name: Mapped[dict[str, Any]]
    description: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))


class OptOut(Base):
    """A person who wants no campaigns on a topic. The row is the whole of it; opting in again deletes it."""

    __tablename__ = "opt_out"
    __table_args__ = (
        CheckConstraint("source IN ('one_click', 'page', 'desk', 'mail')", name="source_known"),
        {"schema": "notifications"},
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.person.id", ondelete="CASCADE"), primary_key=True)
    topic_id: Mapped[UUID] = mapped_column(ForeignKey("notifications.topic.id"), primary_key=True)
    source: Mapped[str]
    opted_out_at: Mapped[datetime]


class Suppression(Base):
    """An address that mail must not go to. ``covers`` says whether service mail is meant too."""

    __tablename__ = "suppression"
    __table_args__ = (
        UniqueConstraint("address", name="uq_suppression_address"),
        CheckConstraint("address = lower(address)", name="address_lower"),
        CheckConstraint("covers IN ('everything', 'campaigns')", name="covers_known"),
        CheckConstraint("reason IN ('refused', 'bounced', 'complained', 'asked')", name="reason_known"),
        {"schema": "notifications"},
    )

    id: Mapped[Key]
    address: Mapped[str]
    covers: Mapped[str] = mapped_column(server_default="everything")
    reason: Mapped[str]
    """``refused`` by our own mail server, which a mail it takes disproves; ``bounced`` as somebody reported later."""
    delivery_id: Mapped[UUID | None]
    """Whose mail came back."""
    expires_at: Mapped[datetime | None]
    """Mail goes there again from then on; empty for a wish of the person."""
    note: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
