"""How far the machine has come with what was uploaded."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.schema.materials.files import Rendition
from shared.schema.materials.making import Making
from shared.schema.materials.publications import Publication, Release, Translation


@dataclass(frozen=True)
class MakingShown:
    """The work on one upload. ``pages`` is None until it was opened; ``trouble`` says what stood in the way."""

    id: UUID
    rendition_id: UUID
    state: str
    pages_done: int
    pages: int | None
    trouble: str | None


def makings_of(session: Session, *, release_id: UUID) -> dict[UUID, MakingShown]:
    """Return the work on the files of a release, by rendition."""
    rows = session.execute(
        select(Making.id, Making.rendition_id, Making.state, Making.pages_done, Making.pages, Making.trouble)
        .join(Rendition, Rendition.id == Making.rendition_id)
        .join(Translation, Translation.id == Rendition.translation_id)
        .where(Translation.release_id == release_id)
    )
    return {row.rendition_id: MakingShown(*row) for row in rows}


def release_of_making(session: Session, making_id: UUID) -> UUID | None:
    """Return the release whose file is worked on."""
    return session.scalar(
        select(Translation.release_id)
        .join(Rendition, Rendition.translation_id == Translation.id)
        .join(Making, Making.rendition_id == Rendition.id)
        .where(Making.id == making_id)
    )


def edition_of_making(session: Session, making_id: UUID) -> set[UUID] | None:
    """Return the edition the file's publication belongs to; the empty set when to none, None when it is not there."""
    row = session.execute(
        select(Publication.edition_id)
        .join(Release)
        .join(Translation)
        .join(Rendition, Rendition.translation_id == Translation.id)
        .join(Making, Making.rendition_id == Rendition.id)
        .where(Making.id == making_id)
    ).first()
    return None if row is None else {edition for edition in row if edition is not None}
