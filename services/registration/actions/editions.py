from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.registration.errors import EditionIncomplete, EditionSlugTaken
from shared.editions import EditionUnknown
from shared.schema.base import new_id
from shared.schema.registration import Edition
from shared.versions import require_version, version_of


def create_edition(session: Session, *, slug: str, values: Mapping[str, Any], now: datetime) -> UUID:
    """Create an edition that nobody outside the desk sees yet; return its id. Refuses a slug that another one has."""
    made = session.execute(
        insert(Edition)
        .values(id=new_id(), slug=slug, created_at=now, updated_at=now, **values)
        .on_conflict_do_nothing(constraint="uq_edition_slug")
        .returning(Edition.id)
    ).scalar()
    if made is None:
        raise EditionSlugTaken(errors={"slug": EditionSlugTaken.title})
    return made


def update_edition(
    session: Session, *, edition_id: UUID, values: Mapping[str, Any], now: datetime, seen: str = ""
) -> None:
    """Change an edition; its address stays, since links to it are out in the world.

    Refuses with :class:`ChangedMeanwhile` when it is not the version ``seen`` any more and holds other values.
    """
    edition = session.execute(select(Edition).where(Edition.id == edition_id).with_for_update()).scalar()
    if edition is None:
        raise EditionUnknown
    if all(getattr(edition, name) == value for name, value in values.items()):
        return
    require_version(seen, version_of(edition.updated_at))
    _change(session, edition_id, **values, updated_at=now)


def publish_edition(session: Session, *, edition_id: UUID, now: datetime) -> None:
    """Show an edition to everybody; it needs a name and a summary. Publishing twice keeps the first moment."""
    edition = session.execute(select(Edition).where(Edition.id == edition_id).with_for_update()).scalar()
    if edition is None:
        raise EditionUnknown
    if not edition.name or not edition.summary:
        raise EditionIncomplete
    if edition.published_at is None:
        _change(session, edition_id, published_at=now, updated_at=now)


def unpublish_edition(session: Session, *, edition_id: UUID, now: datetime) -> None:
    """Take an edition from public view; applications stay."""
    _change(session, edition_id, published_at=None, updated_at=now)


def _change(session: Session, edition_id: UUID, **values: Any) -> None:
    changed = session.execute(
        update(Edition)
        .where(Edition.id == edition_id)
        .values(**values)
        .returning(Edition.id)
        .execution_options(synchronize_session=False)
    ).first()
    if changed is None:
        raise EditionUnknown
