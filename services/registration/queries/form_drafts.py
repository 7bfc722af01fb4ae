from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.schema.registration import Edition, FormDraft


def half_filled(
    session: Session, *, edition_id: UUID, draft_id: UUID | None = None, person_id: UUID | None = None
) -> FormDraft | None:
    """Return the half-filled form of a person, or the one that a browser knows by its id and nobody signed in owns."""
    mine = FormDraft.person_id == person_id if person_id is not None else FormDraft.id == draft_id
    statement = select(FormDraft).where(FormDraft.edition_id == edition_id, mine)
    if person_id is None:
        statement = statement.where(FormDraft.person_id.is_(None))
    return session.execute(statement).scalar()


def edition_of_half_filled(session: Session, draft_id: UUID) -> str | None:
    """Return the address of the edition that a half-filled form applies to."""
    return session.execute(
        select(Edition.slug).join(FormDraft, FormDraft.edition_id == Edition.id).where(FormDraft.id == draft_id)
    ).scalar()
