"""How people prove who they are, and for how long that holds. Nothing here opens a door when it is copied."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.schema.base import Base, Key


class StaffCredential(Base):
    """A staff member's passphrase and one-time codes."""

    __tablename__ = "staff_credential"
    __table_args__ = ({"schema": "people"},)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.person.id", ondelete="CASCADE"), primary_key=True)
    passphrase_hash: Mapped[str]
    totp_secret: Mapped[str | None]
    """Encrypted; None until the person has enrolled."""
    totp_last_step: Mapped[int] = mapped_column(server_default="0")
    """The last 30-second step a code was used for; a code is good once."""
    changed_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))


class RecoveryCode(Base):
    """A code for the day the phone is lost; good once."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("person_id", "code_hash"), {"schema": "people"})

    id: Mapped[Key]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.person.id", ondelete="CASCADE"))
    code_hash: Mapped[str]
    used_at: Mapped[datetime | None]


class StaffInvitation(Base):
    """A link with which a member of staff chooses a passphrase; good once, and only while it is the newest."""

    __tablename__ = "staff_invitation"
    __table_args__ = (Index("ix_staff_invitation_person_id", "person_id"), {"schema": "people"})

    id: Mapped[Key]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.person.id", ondelete="CASCADE"))
    invited_by: Mapped[UUID | None]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SignInLink(Base):
    """A mailed link: ten minutes, once. The mail carries the signed id."""

    __tablename__ = "sign_in_link"
    __table_args__ = (Index("ix_sign_in_link_person_id", "person_id"), {"schema": "people"})

    id: Mapped[Key]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.person.id", ondelete="CASCADE"))
    """None when nobody has the address: asking costs the same either way."""
    browser_hash: Mapped[str] = mapped_column(server_default="")
    """Hash of a secret that the asking browser keeps; another browser is told that it is another one."""
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SessionRow(Base):
    """A signed-in browser; deleting or revoking the row ends it at once."""

    __tablename__ = "session"
    __table_args__ = (
        Index("ix_session_person_id", "person_id"),
        CheckConstraint("means IN ('link', 'staff')", name="means"),
        {"schema": "people"},
    )

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    """SHA-256 of the cookie's secret, in hexadecimal."""
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.person.id", ondelete="CASCADE"))
    means: Mapped[str]
    """How the person signed in: ``link`` or ``staff``."""
    opened_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    seen_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class ApiToken(Base):
    """A key to the API: scopes, an end, and only its hash."""

    __tablename__ = "api_token"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        Index("ix_api_token_person_id", "person_id"),
        {"schema": "people"},
    )

    id: Mapped[Key]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.person.id", ondelete="CASCADE"))
    name: Mapped[str]
    token_hash: Mapped[str]
    scopes: Mapped[list[str]]
    created_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
