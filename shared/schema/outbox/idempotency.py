"""Keys that make a repeated request harmless, stored with the effect they guard."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Mapped, mapped_column

from shared.schema.base import Base


class IdempotencyKey(Base):
    """One answered request: the same key and body get the same answer again."""

    __tablename__ = "idempotency_key"
    __table_args__ = ({"schema": "outbox"},)

    scope: Mapped[str] = mapped_column(primary_key=True)
    """Who asked and where: a token or session, and the route."""
    key: Mapped[str] = mapped_column(primary_key=True)
    body_hash: Mapped[str]
    status: Mapped[int]
    answer: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
