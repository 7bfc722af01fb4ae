"""What others may know of the mail: that it was written, and what became of it; never what it says."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from shared.schema.base import Published


class Correspondence(Published):
    """One mail to a person, or to an address that nobody has proved yet."""

    __tablename__ = "correspondence"
    __table_args__ = ({"schema": "notifications"},)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID | None]
    address: Mapped[str]
    edition_id: Mapped[UUID | None]
    kind: Mapped[str]
    state: Mapped[str]
    created_at: Mapped[datetime]


class OpenTask(Published):
    """Somebody whom a mail that matters did not reach, and whom nobody has told in another way yet."""

    __tablename__ = "open_task"
    __table_args__ = ({"schema": "notifications"},)

    unreached_id: Mapped[UUID] = mapped_column(primary_key=True)
    edition_id: Mapped[UUID]
    person_id: Mapped[UUID]
    kind: Mapped[str]
    opened_at: Mapped[datetime]


class CampaignAtWork(Published):
    """A campaign that is being written, waits for a second person, or is not sent to the end."""

    __tablename__ = "campaign_at_work"
    __table_args__ = ({"schema": "notifications"},)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    edition_id: Mapped[UUID]
    state: Mapped[str]
    submitted_by: Mapped[UUID | None]
