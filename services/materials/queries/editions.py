"""Editions, as registration publishes them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.schema.registration.published import PublishedEdition
from shared.words.languages import text_in


@dataclass(frozen=True)
class EditionRow:
    """What materials shows of an edition. ``names`` is ``{language: text}``."""

    id: UUID
    slug: str
    names: dict[str, Any]
    accent: str
    starts_on: date

    def name_in(self, language: str) -> str:
        """Return the name in ``language``, or in the next best one."""
        return text_in(self.names, language)


_COLUMNS = (
    PublishedEdition.id,
    PublishedEdition.slug,
    PublishedEdition.name,
    PublishedEdition.accent,
    PublishedEdition.starts_on,
)


def editions_by_id(session: Session, *, ids: Iterable[UUID | None] | None = None) -> dict[UUID, EditionRow]:
    """Return the editions named, or all of them, the newest first."""
    wanted = select(*_COLUMNS).order_by(PublishedEdition.starts_on.desc(), PublishedEdition.slug)
    if ids is not None:
        wanted = wanted.where(PublishedEdition.id.in_([key for key in ids if key is not None]))
    return {row[0]: EditionRow(*row) for row in session.execute(wanted)}
