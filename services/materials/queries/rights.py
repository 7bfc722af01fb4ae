"""What a person may open at this moment, on live data: nothing is cached, so a withdrawal closes the next request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Uuid, bindparam, select
from sqlalchemy.orm import Session

from services.materials.rules.shelves import GONE, NOT_APPLIED, ShelfClaim
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
    claims: tuple[ShelfClaim, ...]


_PERSON: Final = bindparam("person_id", type_=Uuid)
"""Who asks; NULL for anybody, of whom none of the conditions below holds."""

_APPLIED: Final = (
    select(Application.id)
    .where(Application.edition_id == Shelf.edition_id, Application.person_id == _PERSON)
    .where(Application.state.not_in(NOT_APPLIED))
    .exists()
)
_ENROLLED: Final = (
    select(ShelfMember.id)
    .join(Enrolment, Enrolment.id == ShelfMember.enrolment_id)
    .where(ShelfMember.shelf_id == Shelf.id, ShelfMember.person_id == _PERSON, ShelfMember.closed_at.is_(None))
    .where(Enrolment.person_id == _PERSON, Enrolment.edition_id == Shelf.edition_id)
    .where(Enrolment.state.not_in(GONE))
    .exists()
)
_CLAIM: Final[tuple[Any, ...]] = (
    Shelf.id,
    Shelf.edition_id,
    Shelf.rule,
    Shelf.opens_at,
    Shelf.closes_at,
    _APPLIED.label("applied"),
    _ENROLLED.label("enrolled"),
)
"""What makes a :class:`ShelfClaim`, in its order."""
_SENT: Final[tuple[Any, ...]] = (
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
)
"""What makes a :class:`Holding`, in its order, but for the claims."""
_HOLDINGS: Final = (
    select(*_SENT, *_CLAIM)
    .join(StoredFile, StoredFile.sha256 == Rendition.sha256)
    .join(Translation, Translation.id == Rendition.translation_id)
    .join(Release, Release.id == Translation.release_id)
    .join(Publication, Publication.id == Release.publication_id)
    .outerjoin(ShelfItem, ShelfItem.publication_id == Publication.id)
    .outerjoin(Shelf, Shelf.id == ShelfItem.shelf_id)
)
# Made once: each download asks this, and building the statement would cost more than running it.
_BY_RENDITION: Final = _HOLDINGS.where(Rendition.id == bindparam("rendition_id", type_=Uuid))
_BY_HASH: Final = _HOLDINGS.where(
    Rendition.sha256 == bindparam("sha256"),
    Rendition.filename == bindparam("filename"),
    Release.state == "published",
    Shelf.rule == "public",
)
_CLAIMS: Final = select(ShelfItem.publication_id, *_CLAIM).join(Shelf, Shelf.id == ShelfItem.shelf_id)


def claims_by_publication(session: Session, *, person_id: UUID | None) -> dict[UUID, list[ShelfClaim]]:
    """Return every shelved publication's claims for the person (None: anybody)."""
    claims: dict[UUID, list[ShelfClaim]] = {}
    for publication_id, *claim in session.connection().execute(_CLAIMS, {"person_id": person_id}):
        claims.setdefault(publication_id, []).append(ShelfClaim(*claim))
    return claims


def holding(session: Session, *, rendition_id: UUID, person_id: UUID | None) -> Holding | None:
    """Return the rendition with the person's claims on it, in one query, or None when there is no such rendition."""
    asked = {"rendition_id": rendition_id, "person_id": person_id}
    return _holding(session.connection().execute(_BY_RENDITION, asked).all())


def public_holding(session: Session, *, sha256: str, filename: str) -> Holding | None:
    """Return a published rendition of this file and name with the claims that anybody has on it, or None."""
    asked = {"sha256": sha256, "filename": filename, "person_id": None}
    return _holding(session.connection().execute(_BY_HASH, asked).all())


def _holding(rows: Sequence[Any]) -> Holding | None:
    if not rows:
        return None
    sent = len(_SENT)
    # several renditions may share one file: all that is known of it is told of the first, all claims count
    claims = tuple(ShelfClaim(*tuple(row)[sent:]) for row in rows if row[sent] is not None)
    return Holding(*(*tuple(rows[0])[:sent], claims))
