from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.schema.base import Base, Key


class Edition(Base):
    """One Academy: place, dates, languages, capacity, deadlines. Texts are ``{language: text}``."""

    __tablename__ = "edition"
    __table_args__ = (
        UniqueConstraint("slug", name="uq_edition_slug"),
        CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name="slug_form"),
        CheckConstraint("ends_on >= starts_on", name="dates_in_order"),
        CheckConstraint("closes_at > opens_at", name="deadlines_in_order"),
        CheckConstraint("capacity >= 0", name="capacity_counts"),
        CheckConstraint("over_offer >= 0", name="over_offer_counts"),
        CheckConstraint("offer_days between 1 and 365", name="offer_days_bounded"),
        CheckConstraint("remind_days between 0 and 60", name="remind_days_bounded"),
        {"schema": "registration"},
    )

    id: Mapped[Key]
    slug: Mapped[str]
    name: Mapped[dict[str, Any]]
    summary: Mapped[dict[str, Any]]
    description: Mapped[dict[str, Any]]
    place: Mapped[str]
    venue: Mapped[str] = mapped_column(server_default="")
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    time_zone: Mapped[str]
    languages: Mapped[list[str]]
    capacity: Mapped[int]
    over_offer: Mapped[int] = mapped_column(server_default=text("0"))
    """How many offers may be live beyond the capacity, because some people decline."""
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    offer_days: Mapped[int] = mapped_column(server_default=text("14"))
    heard_by: Mapped[date | None]
    """By this day whoever applied has been told; empty where nothing is promised."""
    remind_days: Mapped[int] = mapped_column(server_default=text("3"))
    """Days before the end of an offer on which whoever has it is reminded; 0 for never."""
    second_releaser: Mapped[bool] = mapped_column(server_default=text("false"))
    """Whoever proposed a decision does not release it: another person does."""
    promotes_itself: Mapped[bool] = mapped_column(server_default=text("false"))
    """A place that becomes free is offered to the reserve list at once, in its order, without anybody's click."""
    tells_reserve_place: Mapped[bool] = mapped_column(server_default=text("false"))
    """Whoever is on the reserve list is told at which place."""
    accent: Mapped[str] = mapped_column(server_default="#1f5f5b")
    contact: Mapped[str]
    published_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    updated_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
