"""Applications whose address is not proved yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from services.registration.rules.applications import LIVE
from shared.schema.people.published import Addressable
from shared.schema.registration import Application, Edition

# Put together once: every visitor who applies asks them.
_WAITING: Final = select(Application.email).where(
    Application.edition_id == bindparam("edition_id"),
    Application.submission_key == bindparam("submission_key"),
    Application.state == "draft",
)
_KEY: Final = select(Application.submission_key).where(Application.id == bindparam("application_id"))
_OTHER: Final = aliased(Application)
_BESIDE: Final = (
    select(_OTHER.id)
    .where(
        _OTHER.edition_id == Application.edition_id,
        _OTHER.email == Application.email,
        _OTHER.person_id.is_not(None),
        _OTHER.state.in_(LIVE),
    )
    .limit(1)
    .correlate(Application)
)
"""The application that stands for the address of another one: sent from a second device, or once more."""
_STANDING: Final = select(_BESIDE.scalar_subquery()).where(Application.id == bindparam("application_id"))
_PROOF: Final = (
    select(
        Application.state,
        Application.email,
        Edition.slug,
        Application.submission_key,
        exists().where(func.lower(Addressable.email) == func.lower(Application.email)),
    )
    .join(Edition, Edition.id == Application.edition_id)
    .where(Application.id == bindparam("application_id"))
    .where(or_(Application.person_id.is_not(None), Application.state == "draft", _BESIDE.exists()))
)


def draft_waiting(session: Session, *, edition_id: UUID, submission_key: UUID) -> str | None:
    """Return the address a proof was asked of for this submission, while it is still a draft."""
    asked = {"edition_id": edition_id, "submission_key": submission_key}
    return session.connection().execute(_WAITING, asked).scalar()


def submission_key_of(session: Session, application_id: UUID) -> UUID | None:
    """Return the key under which an application can be asked about before it has a person."""
    return session.connection().execute(_KEY, {"application_id": application_id}).scalar()


def newest_draft_at(session: Session, *, edition_id: UUID, email: str) -> UUID | None:
    """Return the draft that was written last and waits for a proof of ``email``."""
    return session.execute(
        select(Application.id)
        .where(Application.edition_id == edition_id, Application.email == email, Application.state == "draft")
        .order_by(Application.updated_at.desc())
        .limit(1)
    ).scalar()


def standing_beside(session: Session, *, application_id: UUID) -> UUID | None:
    """Return the application that stands in the same edition for the address of this one, or None."""
    return session.connection().execute(_STANDING, {"application_id": application_id}).scalar()


@dataclass(frozen=True)
class WaitingProof:
    """A draft whose address is to be proved."""

    state: str
    email: str
    edition_slug: str
    submission_key: UUID | None
    has_account: bool
    """Whether somebody has the address already, whom the link then signs in."""


def waiting_proof(session: Session, *, application_id: UUID) -> WaitingProof | None:
    """Return what a proof link is about; None when the draft was replaced or never was.

    One that was put away because another application of the same address stands is no draft any more, and no secret.
    """
    row = session.connection().execute(_PROOF, {"application_id": application_id}).first()
    return WaitingProof(*row) if row else None
