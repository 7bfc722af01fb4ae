"""What others may know of people: how to address them, who is signed in, and what their roles are."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from shared.schema.alphabet import SortKey
from shared.schema.base import Published


class Addressable(Published):
    """A person as pages and mails address her. Materials writes to nobody and does not see ``email``."""

    __tablename__ = "addressable"
    __table_args__ = ({"schema": "people"},)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    called: Mapped[str]
    """How the person wants to be addressed; empty means by name."""
    email: Mapped[str]
    locale: Mapped[str]
    time_zone: Mapped[str]
    name_as: Mapped[SortKey] = mapped_column(deferred=True)
    """See :func:`shared.schema.alphabet.sort_key`; so the next two."""
    name_as_es: Mapped[SortKey] = mapped_column(deferred=True)
    name_as_ar: Mapped[SortKey] = mapped_column(deferred=True)
    words: Mapped[str] = mapped_column(deferred=True)
    """Name and address folded; see :func:`shared.schema.alphabet.has_words`."""


class OpenSession(Published):
    """A session that nobody ended; whether its time is over is for the asker to say.

    The door asks for it in one statement of its own with the person and the roles; what it finds is bound here.
    """

    __tablename__ = "open_session"
    __table_args__ = ({"schema": "people"},)

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]
    means: Mapped[str]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class UsableToken(Published):
    """A key to the API that nobody took back; whether its time is over is for the asker to say. The door asks so."""

    __tablename__ = "usable_token"
    __table_args__ = ({"schema": "people"},)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]
    token_hash: Mapped[str]
    scopes: Mapped[list[str]]
    used_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]


class HeldRole(Published):
    """A staff role of a person; without an edition it holds for all of them."""

    __tablename__ = "held_role"
    __table_args__ = ({"schema": "people"},)

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    edition_id: Mapped[UUID | None] = mapped_column(primary_key=True)


class DeskPlaceChosen(Published):
    """The edition that a member of staff chose to work in."""

    __tablename__ = "desk_place"
    __table_args__ = ({"schema": "people"},)

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    edition_id: Mapped[UUID]


class LinkInMail(Published):
    """Until when a link in a mail works: to sign in, or to join the staff."""

    __tablename__ = "mailed_link"
    __table_args__ = ({"schema": "people"},)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime]
