"""What a person may open at this moment, on live data: nothing is cached, so a withdrawal closes the next request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, select
from sqlalchemy.orm import Session

from services.materials.rules.shelves import GONE, NOT_APPLIED, Claim
from shared.schema.materials.files import Rendition, StoredFile
from shared.schema.materials.publications import Publication, Release, Translation
from shared.schema.materials.shelves import Shelf, ShelfItem, ShelfMember
from shared.schema.registration.applications import Application
from shared.schema.registration.offers import Enrolment


@dataclass(frozen=True)
class Holding:
    """A rendition as it is sent out, and the claims the person has on it."""

    rendition_id: UUID
    publication_id: UUID
    publication_slug: str
    edition_id: UUID | None
    language: str
    filename: str
    full_name: str
    sha256: str
    size: int
    media_type: str
    modified_at: datetime
    is_published: bool
    claims: tuple[Claim, ...]


def applied(person_id: UUID | None) -> ColumnElement[bool]:
    """Ask of a shelf: the person has a live application in its edition."""
    if person_id is None:
        return false()
    return (
        select(Application.id)
        .where(Application.edition_id == Shelf.edition_id, Application.person_id == person_id)
        .where(Application.state.not_in(NOT_APPLIED))
        .exists()
    )


def enrolled(person_id: UUID | None) -> ColumnElement[bool]:
    """Ask of a shelf: it was opened to the person's enrolment, and that enrolment is live."""
    if person_id is None:
        return false()
    return (
        select(ShelfMember.id)
        .join(Enrolment, Enrolment.id == ShelfMember.enrolment_id)
        .where(ShelfMember.shelf_id == Shelf.id, ShelfMember.person_id == person_id, ShelfMember.closed_at.is_(None))
        .where(Enrolment.person_id == person_id, Enrolment.edition_id == Shelf.edition_id)
        .where(Enrolment.state.not_in(GONE))
        .exists()
    )


def claim_columns(person_id: UUID | None) -> tuple[Any, ...]:
    """Give the columns of a shelf that make a :class:`Claim`, in its order."""
    return (
        Shelf.id,
        Shelf.edition_id,
        Shelf.rule,
        Shelf.opens_at,
        Shelf.closes_at,
        applied(person_id).label("applied"),
        enrolled(person_id).label("enrolled"),
    )


def claims_by_publication(session: Session, *, person_id: UUID | None) -> dict[UUID, list[Claim]]:
    """Return every shelved publication's claims for the person (None: anybody)."""
    rows = session.execute(
        select(ShelfItem.publication_id, *claim_columns(person_id)).join(Shelf, Shelf.id == ShelfItem.shelf_id)
    )
    claims: dict[UUID, list[Claim]] = {}
    for publication_id, *claim in rows:
        claims.setdefault(publication_id, []).append(Claim(*claim))
    return claims


def holding(session: Session, *, rendition_id: UUID, person_id: UUID | None) -> Holding | None:
    """Return the rendition with the person's claims on it, in one query, or None when there is no such rendition."""
    return _holding(session.execute(_holdings(person_id).where(Rendition.id == rendition_id)).all())


def public_holding(session: Session, *, sha256: str, filename: str) -> Holding | None:
    """Return a published rendition of this file and name with the claims that anybody has on it, or None."""
    wanted = and_(Rendition.sha256 == sha256, Rendition.filename == filename, Release.state == "published")
    return _holding(session.execute(_holdings(None).where(wanted, Shelf.rule == "public")).all())


def _holdings(person_id: UUID | None) -> Select[Any]:
    columns: list[Any] = [
        Rendition.id,
        Publication.id,
        Publication.slug,
        Publication.edition_id,
        Translation.language,
        Rendition.filename,
        Rendition.full_name,
        StoredFile.sha256,
        StoredFile.size,
        StoredFile.media_type,
        StoredFile.modified_at,
        (Release.state == "published").label("is_published"),
        *claim_columns(person_id),
    ]
    return (
        select(*columns)
        .join(StoredFile, StoredFile.sha256 == Rendition.sha256)
        .join(Translation, Translation.id == Rendition.translation_id)
        .join(Release, Release.id == Translation.release_id)
        .join(Publication, Publication.id == Release.publication_id)
        .outerjoin(ShelfItem, ShelfItem.publication_id == Publication.id)
        .outerjoin(Shelf, Shelf.id == ShelfItem.shelf_id)
    )


_FACTS = 12
"""How many columns come before those of the claim."""


def _holding(rows: Sequence[Any]) -> Holding | None:
    if not rows:
        return None
    facts = tuple(rows[0])[:_FACTS]
    # several renditions may share one file: all that is known of it is told of the first, all claims count
    claims = tuple(Claim(*tuple(row)[_FACTS:]) for row in rows if tuple(row)[_FACTS] is not None)
    return Holding(*(*facts, claims))
