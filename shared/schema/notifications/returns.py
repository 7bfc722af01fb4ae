"""What came back, as it came and what it was found to mean; and whom our mail did not reach."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.schema.base import Base, Key

KINDS = (
    "kind IN ('bounced', 'delayed', 'complained', 'automatic', 'reply', 'receipt', 'unsubscribe', 'unknown',"
    " 'unreadable')"
)


class ReturnedMail(Base):
    """One message to one of our return addresses. It is written before whoever brought it is told that we have it.

    ``kind`` is empty until it is read. ``raw`` is emptied once it is, except of what nobody understood.
    """

    __tablename__ = "returned_mail"
    __table_args__ = (
        CheckConstraint(KINDS, name="kind_known"),
        CheckConstraint("(kind IS NULL) = (settled_at IS NULL)", name="settled_has_kind"),
        UniqueConstraint("digest", name="uq_returned_mail_digest"),
        Index("ix_returned_mail_waiting", "received_at", postgresql_where=text("settled_at IS NULL")),
        Index("ix_returned_mail_delivery_id", "delivery_id"),
        Index("ix_returned_mail_edition_id_received_at", "edition_id", "received_at"),
        {"schema": "notifications"},
    )

    id: Mapped[Key]
    digest: Mapped[str]
    """SHA-256 of the message and of whom it came to: a second copy changes nothing."""
    purpose: Mapped[str]
    """What the address was for, one letter; empty where it was none of ours."""
    delivery_id: Mapped[UUID | None]
    edition_id: Mapped[UUID | None]
    person_id: Mapped[UUID | None]
    raw: Mapped[bytes | None] = mapped_column(LargeBinary)
    kind: Mapped[str | None]
    lasting: Mapped[bool] = mapped_column(server_default=text("false"))
    """Nobody will ever read mail at the address again."""
    status: Mapped[str] = mapped_column(server_default="")
    said: Mapped[str] = mapped_column(server_default="")
    failures: Mapped[int] = mapped_column(server_default="0")
    received_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    settled_at: Mapped[datetime | None]


class MailboxPlace(Base):
    """How far a mailbox has been read."""

    __tablename__ = "mailbox_place"
    __table_args__ = ({"schema": "notifications"},)

    mailbox: Mapped[str] = mapped_column(primary_key=True)
    """A hash of its address."""
    validity: Mapped[int] = mapped_column(BigInteger)
    """The server's word for what the numbers mean (RFC 3501, 2.3.1.1)."""
    last_uid: Mapped[int] = mapped_column(BigInteger, server_default="0")
    read_at: Mapped[datetime | None]


class Unreached(Base):
    """A person whom a mail that matters did not reach: somebody has to tell her in another way."""

    __tablename__ = "unreached"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'reached')", name="state_known"),
        UniqueConstraint("delivery_id", name="uq_unreached_delivery_id"),
        Index("ix_unreached_open", "edition_id", "opened_at", postgresql_where=text("state = 'open'")),
        {"schema": "notifications"},
    )

    id: Mapped[Key]
    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("notifications.delivery.id"))
    edition_id: Mapped[UUID]
    person_id: Mapped[UUID]
    kind: Mapped[str]
    """The kind of notice that did not reach her."""
    why: Mapped[str]
    """What a mail server said, or one word of ours."""
    state: Mapped[str] = mapped_column(server_default="open")
    opened_at: Mapped[datetime]
    reached_by: Mapped[UUID | None]
    reached_at: Mapped[datetime | None]
