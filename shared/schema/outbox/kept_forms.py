"""What somebody had typed when a sign-in came between, and pages that refused a form, until it is sent after all."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from shared.schema.base import Base


class KeptForm(Base):
    """A form that waits in no person's name: the browser holds the secret, this row what it opens, sealed."""

    __tablename__ = "kept_form"
    __table_args__ = (Index("ix_kept_form_expires_at", "expires_at"), {"schema": "outbox"})

    secret_hash: Mapped[str] = mapped_column(primary_key=True)
    sealed: Mapped[str]
    expires_at: Mapped[datetime]


class KeptPage(Base):
    """A page that answered a form, sealed, for the browser that holds the secret: its Back button asks for it again."""

    __tablename__ = "kept_page"
    __table_args__ = (
        Index("ix_kept_page_expires_at", "expires_at"),
        Index("ix_kept_page_browser_hash", "browser_hash"),
        {"schema": "outbox"},
    )

    name_hash: Mapped[str] = mapped_column(primary_key=True)
    browser_hash: Mapped[str]
    """Of all pages of one browser: they go together."""
    sealed: Mapped[str]
    expires_at: Mapped[datetime]
