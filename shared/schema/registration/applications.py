from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.schema.base import Base, Key


class Application(Base):
    """What an applicant submits. It has a person only once the address is proved.

    What lists sort and filter by are columns; the rest are ``answers`` bound to ``form_version``.
    """

    __tablename__ = "application"
    __table_args__ = (
        CheckConstraint(
            "state in ('draft', 'submitted', 'needs_information', 'under_review', 'decided', 'withdrawn')",
            name="state_known",
        ),
        CheckConstraint("state in ('draft', 'withdrawn') or person_id is not null", name="submitted_is_proved"),
        UniqueConstraint("edition_id", "submission_key", name="uq_application_submission_key"),
        Index(
            "uq_application_live",
            "edition_id",
            "person_id",
            unique=True,
            postgresql_where=text("state not in ('draft', 'withdrawn')"),
        ),
        Index("ix_application_edition_id_state", "edition_id", "state", "submitted_at"),
        Index("ix_application_person_id", "person_id"),
        {"schema": "registration"},
    )

    id: Mapped[Key]
    edition_id: Mapped[UUID] = mapped_column(ForeignKey("registration.edition.id"))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.person.id"))
    submission_key: Mapped[UUID | None]
    """Made with the empty form: a form sent twice is one application."""
    content_hash: Mapped[str | None]
    """What the key was used for: the same key with other content is another deed."""
    state: Mapped[str]
    name: Mapped[str]
    called: Mapped[str]
    email: Mapped[str]
    """Lower case. Unproved while the application is a draft."""
    country: Mapped[str]
    """ISO 3166-1 alpha-2."""
    organisation: Mapped[str]
    language: Mapped[str]
    """The language the applicant wants to work in at the event."""
    locale: Mapped[str]
    """The language the form was read in; mails before there is a person use it."""
    form_version: Mapped[int]
    answers: Mapped[dict[str, Any]]
    consent: Mapped[str]
    """The wording that was agreed to, kept as it was shown."""
    consented_at: Mapped[datetime]
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]
    asked: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """What an organiser asks for while the state is ``needs_information``: ``{"fields": [key], "message": words}``."""
