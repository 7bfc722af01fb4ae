from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.editions import EditionUnknown
from shared.schema.registration import Edition


def published_editions(session: Session) -> list[Edition]:
    """Return all published editions, the latest first."""
    statement = (
        select(Edition).where(Edition.published_at.is_not(None)).order_by(Edition.starts_on.desc(), Edition.slug)
    )
    return list(session.execute(statement).scalars())


def all_editions(session: Session) -> list[Edition]:
    """Return every edition for the desk, the latest first."""
    return list(session.execute(select(Edition).order_by(Edition.starts_on.desc(), Edition.slug)).scalars())


def edition_at(session: Session, slug: str) -> Edition:
    """Return the edition at this address, published or not; refuses with :class:`EditionUnknown`."""
    found = session.execute(select(Edition).where(Edition.slug == slug)).scalar()
    if found is None:
        raise EditionUnknown
    return found
