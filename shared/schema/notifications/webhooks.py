"""Whom programmes outside are told by, of the notices they sent; and each telling, until it has arrived."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.schema.base import Base, Key


class Webhook(Base):
    """An address outside that is called when a notice sent by API has come to rest. Its secret is made of its id."""

    __tablename__ = "webhook"
    __table_args__ = (
        CheckConstraint("state IN ('active', 'stopped')", name="state_known"),
        Index("ix_webhook_edition_id", "edition_id", "created_at"),
        {"schema": "notifications"},
    )

    id: Mapped[Key]
    edition_id: Mapped[UUID] = mapped_column(ForeignKey("registration.edition.id"))
    url: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="active")
    created_at: Mapped[datetime]


class WebhookCall(Base):
    """One thing to tell at one address. It waits while ``settled_at`` is empty."""

    __tablename__ = "webhook_call"
    __table_args__ = (
        UniqueConstraint("webhook_id", "delivery_id", "told", name="uq_webhook_call_webhook_id_delivery_id_told"),
        Index("ix_webhook_call_due", "not_before", postgresql_where=text("settled_at IS NULL")),
        Index("ix_webhook_call_settled_at", "settled_at", postgresql_where=text("settled_at IS NOT NULL")),
        {"schema": "notifications"},
    )

    id: Mapped[Key]
    webhook_id: Mapped[UUID] = mapped_column(ForeignKey("notifications.webhook.id"))
    delivery_id: Mapped[UUID]
    told: Mapped[str]
    """The state that the delivery had reached."""
    happened_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(server_default="0")
    not_before: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    code: Mapped[int | None]
    """What was answered last."""
    said: Mapped[str] = mapped_column(server_default="")
    """Why it did not arrive, in one word of ours."""
    arrived: Mapped[bool] = mapped_column(server_default=text("false"))
    settled_at: Mapped[datetime | None]
