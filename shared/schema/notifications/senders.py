"""Who sends at this moment, and how the mail server takes it. Small tables: a row per sender, lane or relay."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Double, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.schema.base import Base, Key

LANES = "lane IN ('notices', 'campaigns')"


class Sender(Base):
    """One connection that carries mail. Its id is the claim token of the deliveries in its hands.

    Its session holds the advisory lock ``lock``: who can take that lock knows that the sender is gone, and that
    everything it noted has been written. Deliveries go in the order of their ids: those before ``on_wire`` were taken
    by the relay, those after ``until`` were not begun.
    """

    __tablename__ = "sender"
    __table_args__ = (CheckConstraint(LANES, name="lane_known"), {"schema": "notifications"})

    id: Mapped[Key]
    lock: Mapped[int] = mapped_column(BigInteger)
    lane: Mapped[str]
    relay: Mapped[str | None]
    """The mail server that the deliveries in hand are carried to."""
    campaign_id: Mapped[UUID | None]
    """The campaign of the deliveries in hand."""
    on_wire: Mapped[UUID | None]
    """The first delivery of those whose messages may be leaving; empty before the first of a claim."""
    until: Mapped[UUID | None]
    """The last of them: one and the same where the relay takes its time, some more where it is quick."""
    revoked: Mapped[bool] = mapped_column(server_default=text("false"))
    """What is not begun has been taken back: send nothing more of it."""
    started_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))


class KnownRelay(Base):
    """A mail server that senders carry to. ``host`` is where it is, without a password."""

    __tablename__ = "relay"
    __table_args__ = ({"schema": "notifications"},)

    name: Mapped[str] = mapped_column(primary_key=True)
    priority: Mapped[int]
    host: Mapped[str]
    seen_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))


class RelayTrouble(Base):
    """Why a mail server is left alone by a lane: it refuses us, not a recipient. No row means that all is well."""

    __tablename__ = "relay_trouble"
    __table_args__ = (CheckConstraint(LANES, name="lane_known"), {"schema": "notifications"})

    lane: Mapped[str] = mapped_column(primary_key=True)
    relay: Mapped[str] = mapped_column(primary_key=True, server_default="main")
    trouble: Mapped[str]
    """One word of ours."""
    said: Mapped[str]
    """The server's words, or the system's."""
    since: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    tries: Mapped[int]
    next_try_at: Mapped[datetime]


class RelayPace(Base):
    """How many mails a second the mail server takes, learned from its refusals or set for it."""

    __tablename__ = "relay_pace"
    __table_args__ = ({"schema": "notifications"},)

    relay: Mapped[str] = mapped_column(primary_key=True)
    per_second: Mapped[float | None] = mapped_column(Double)
    """Empty: as many as it goes."""
    next_slot: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    learned_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))


class RelayDay(Base):
    """How many mails a mail server was asked to carry on a day, in UTC, while it is being warmed up."""

    __tablename__ = "relay_day"
    __table_args__ = ({"schema": "notifications"},)

    relay: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    asked: Mapped[int] = mapped_column(server_default="0")


class DomainPace(Base):
    """What may still go to the addresses of a domain now, kept here while Redis is away."""

    __tablename__ = "domain_pace"
    __table_args__ = ({"schema": "notifications"},)

    domain: Mapped[str] = mapped_column(primary_key=True)
    tokens: Mapped[float] = mapped_column(Double)
    filled_at: Mapped[datetime]
    booked_until: Mapped[datetime]
    """Until then all moments are promised to mails that wait."""
