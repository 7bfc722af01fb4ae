"""What a person may open at this moment, on live data: nothing is cached, so a withdrawal closes the next request.

Who may open what is said once, by the view that materials publishes; here it is asked about files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, DateTime, Select, Uuid, and_, any_, bindparam, func, select
from sqlalchemy.orm import Session

from services.materials.rules.shelves import ShelfClaim
from shared.schema.materials.files import Rendition, StoredFile
from shared.schema.materials.publications import Publication, Release, Translation
from shared.schema.materials.published import Openable, is_open, may_open


@dataclass(frozen=True)
class Holding:
    """A rendition as it is sent out, and the claims that let the person open its publication now."""

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
    state: str
    claims: tuple[ShelfClaim, ...]

    @property
    def is_published(self) -> bool:
        """Whether people may open it, those with a claim."""
        return self.state == "published"


_NOW: Final = bindparam("now", type_=DateTime(timezone=True))
_MAY_OPEN: Final = may_open(bindparam("person_id", type_=Uuid), at=_NOW)
_CLAIM: Final[tuple[Any, ...]] = (Openable.shelf_id, Openable.edition_id, Openable.rule, Openable.closes_at)
"""What makes a :class:`ShelfClaim`, in its order."""
_SENT: Final[tuple[Any, ...]] = (
    Rendition.id.label("rendition_id"),
    Publication.id.label("publication_id"),
    Publication.slug,
    Publication.edition_id.label("made_for"),
    Translation.language,
    Rendition.filename,
    Rendition.full_name,
    StoredFile.sha256,
    StoredFile.size,
    StoredFile.media_type,
    StoredFile.modified_at,
    Release.state,
)
"""What makes a :class:`Holding`, in its order, but for the claims."""


def _holdings(*wanted: ColumnElement[bool], claims: ColumnElement[bool], or_none: bool) -> Select[Any]:
    """Return the query of the renditions ``wanted`` with the ``claims`` on each; ``or_none``: and those without.

    The publications go to the view as an array: PostgreSQL hands a value down into every part of it, where it would not
    hand down a join, and so reads no claims on anything else.
    """
    found = (
        select(*_SENT)
        .join(StoredFile, StoredFile.sha256 == Rendition.sha256)
        .join(Translation, Translation.id == Rendition.translation_id)
        .join(Release, Release.id == Translation.release_id)
        .join(Publication, Publication.id == Release.publication_id)
        .where(*wanted)
        .cte("found")
    )
    of_them = any_(func.array(select(found.c.publication_id).scalar_subquery(), type_=ARRAY(Uuid)))
    on = and_(Openable.publication_id == found.c.publication_id, Openable.publication_id == of_them, claims)
    return select(found, *_CLAIM).join_from(found, Openable, on, isouter=or_none)


# Made once: each download asks this, and building the statement would cost more than running it.
_BY_RENDITION: Final = _holdings(Rendition.id == bindparam("rendition_id", type_=Uuid), claims=_MAY_OPEN, or_none=True)
_BY_HASH: Final = _holdings(
    Rendition.sha256 == bindparam("sha256"),
    Rendition.filename == bindparam("filename"),
    Release.state == "published",
    claims=and_(Openable.rule == "public", is_open(at=_NOW)),
    or_none=False,
)
_CLAIMS: Final = select(Openable.publication_id, *_CLAIM).where(_MAY_OPEN)


def claims_by_publication(session: Session, *, person_id: UUID | None, now: datetime) -> dict[UUID, list[ShelfClaim]]:
    """Return every publication that the person (None: anybody) may open at ``now``, with the claims that let her."""
    claims: dict[UUID, list[ShelfClaim]] = {}
    asked = {"person_id": person_id, "now": now}
    for publication_id, *claim in session.connection().execute(_CLAIMS, asked):
        claims.setdefault(publication_id, []).append(ShelfClaim(*claim))
    return claims


def holding(session: Session, *, rendition_id: UUID, person_id: UUID | None, now: datetime) -> Holding | None:
    """Return the rendition with the person's claims on it, in one query, or None when there is no such rendition."""
    asked = {"rendition_id": rendition_id, "person_id": person_id, "now": now}
    return _holding(session.connection().execute(_BY_RENDITION, asked).all())


def public_holding(session: Session, *, sha256: str, filename: str, now: datetime) -> Holding | None:
    """Return a published rendition of this file and name with the claims that anybody has on it, or None."""
    asked = {"sha256": sha256, "filename": filename, "now": now}
    return _holding(session.connection().execute(_BY_HASH, asked).all())


def _holding(rows: Sequence[Any]) -> Holding | None:
    if not rows:
        return None
    sent = len(_SENT)
    # several renditions may share one file: all that is known of it is told of the first, all claims count
    claims = tuple(ShelfClaim(*tuple(row)[sent:]) for row in rows if row[sent] is not None)
    return Holding(*(*tuple(rows[0])[:sent], claims))
