"""Views that the desk keeps by name."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.schema.registration import SavedView


def saved_views(session: Session, *, edition_id: UUID) -> list[SavedView]:
    """Return the views of an edition, by name."""
    found = select(SavedView).where(SavedView.edition_id == edition_id).order_by(func.lower(SavedView.name))
    return list(session.scalars(found))
