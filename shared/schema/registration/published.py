"""What others may know of registration: its editions, and where each person stands in them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from shared.schema.base import Published


class PublishedEdition(Published):
    """An Academy as the other services show it. ``name`` is ``{language: text}``."""

    __tablename__ = "editions"
    __table_args__ = ({"schema": "registration"},)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str]
    name: Mapped[dict[str, Any]]
    place: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    time_zone: Mapped[str]
    languages: Mapped[list[str]]
    accent: Mapped[str]
    contact: Mapped[str]
    published_at: Mapped[datetime | None]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]


class Place(Published):
    """Somebody has a place in an edition: this alone says who. ``confirmed`` places may have been used by now."""

    __tablename__ = "place"
    __table_args__ = ({"schema": "registration"},)

    enrolment_id: Mapped[UUID] = mapped_column(primary_key=True)
    edition_id: Mapped[UUID]
    person_id: Mapped[UUID]
    confirmed: Mapped[bool]


class PersonStanding(Published):
    """Where a person stands in an edition: a row is there for whoever applied and did not withdraw.

    Each flag is a claim of its own: whoever is ``confirmed`` is ``accepted`` as well.
    """

    __tablename__ = "standing"
    __table_args__ = ({"schema": "registration"},)

    edition_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    country: Mapped[str]
    """As given in the application: ISO 3166-1 alpha-2."""
    waiting: Mapped[bool]
    """Nothing is decided yet."""
    offered: Mapped[bool]
    """An offer waits for the answer."""
    accepted: Mapped[bool]
    """Has a place."""
    confirmed: Mapped[bool]
    """Has a place that is confirmed, and perhaps used by now."""
    reserve: Mapped[bool]
    declined: Mapped[bool]


class UnprovedApplicant(Published):
    """Whoever typed an application and has not proved the address yet."""

    __tablename__ = "unproved_applicant"
    __table_args__ = ({"schema": "registration"},)

    application_id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str]
    name: Mapped[str]
    called: Mapped[str]
    locale: Mapped[str]


class OfferTerm(Published):
    """Until when an offer is held."""

    __tablename__ = "offer_term"
    __table_args__ = ({"schema": "registration"},)

    offer_id: Mapped[UUID] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime]
