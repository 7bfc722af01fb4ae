from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.schema.base import Base, Key


class Campaign(Base):
    """A mail that an organiser writes to an audience, on a topic."""

    __tablename__ = "campaign"
    __table_args__ = (
        CheckConstraint(
            "state IN ('draft', 'awaiting_approval', 'sending', 'paused', 'cancelled', 'finished')",
            name="state_known",
        ),
        CheckConstraint(
            "(launched_at IS NOT NULL) = (state IN ('sending', 'paused', 'cancelled', 'finished'))",
            name="launched_has_time",
        ),
        Index("ix_campaign_edition_id", "edition_id", "created_at"),
        Index("ix_campaign_sending", "launched_at", postgresql_where=text("state = 'sending'")),
        {"schema": "notifications"},
    )

    id: Mapped[Key]
    edition_id: Mapped[UUID] = mapped_column(ForeignKey("registration.edition.id"))
    topic_id: Mapped[UUID] = mapped_column(ForeignKey("notifications.topic.id"))
    name: Mapped[str]
    """What the desk calls it; no recipient sees it."""
    audience: Mapped[dict[str, Any]]
    """An ``AudienceRule``."""
    state: Mapped[str] = mapped_column(server_default="draft")
    audience_size: Mapped[int] = mapped_column(server_default="0")
    """How many deliveries the launch froze."""
    written_by: Mapped[UUID]
    submitted_by: Mapped[UUID | None]
    submitted_at: Mapped[datetime | None]
    launched_by: Mapped[UUID | None]
    launched_at: Mapped[datetime | None]
    leaves_at: Mapped[datetime | None]
    """When the first mail leaves; until then a launch can be taken back."""
    finished_at: Mapped[datetime | None]
    words_seen: Mapped[str | None]
    """A fingerprint of what the mails said when somebody last agreed to send them."""
    words_version: Mapped[int] = mapped_column(server_default="0")
    """Which of its ``AgreedText`` was agreed on last; nothing was yet while it is 0."""
    words_changed: Mapped[bool] = mapped_column(server_default=text("false"))
    """Something in them has changed since, such as the place or the dates: nothing is sent until somebody agrees."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class CampaignText(Base):
    """What a campaign says in one language. ``body`` is Markdown with placeholders."""

    __tablename__ = "campaign_text"
    __table_args__ = (
        CheckConstraint("locale IN ('en', 'fr', 'es', 'pt', 'ar')", name="locale_known"),
        {"schema": "notifications"},
    )

    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("notifications.campaign.id"), primary_key=True)
    locale: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str]
    preheader: Mapped[str] = mapped_column(server_default="")
    body: Mapped[str]


class AgreedText(Base):
    """What a campaign said in one language when somebody agreed to send it, with places for what differs by person.

    Deliveries name the ``version`` they left with, so that what was sent can be shown again. Nobody's data is in it.
    """

    __tablename__ = "agreed_text"
    __table_args__ = ({"schema": "notifications"},)

    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("notifications.campaign.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    locale: Mapped[str] = mapped_column(primary_key=True)
    words: Mapped[dict[str, Any]]
    """A ``Words``."""
