"""Editions, as everybody but their owner reads them; who owns them writes them in :mod:`services.registration`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from shared.errors import NotFound
from shared.schema.registration.published import PublishedEdition
from shared.words.languages import text_in
from shared.words.sentences import _l


class EditionUnknown(NotFound):
    """No such edition, or not one for this person."""

    title = _l("There is no such edition")


@dataclass(frozen=True)
class KnownEdition:
    """What others show of an edition. ``names`` is ``{language: text}``, ``time_zone`` an IANA name."""

    id: UUID
    slug: str
    names: dict[str, Any]
    place: str
    starts_on: date
    ends_on: date
    time_zone: str
    contact: str
    accent: str

    def name_in(self, language: str) -> str:
        """Return the name in ``language``, or in the next best one."""
        return text_in(self.names, language)


_EDITIONS = select(
    PublishedEdition.id,
    PublishedEdition.slug,
    PublishedEdition.name,
    PublishedEdition.place,
    PublishedEdition.starts_on,
    PublishedEdition.ends_on,
    PublishedEdition.time_zone,
    PublishedEdition.contact,
    PublishedEdition.accent,
)


def edition_at(session: Session, slug: str) -> KnownEdition:
    """Return the edition at this address, published or not; refuses with :class:`EditionUnknown`."""
    row = session.execute(_EDITIONS.where(PublishedEdition.slug == slug)).first()
    if row is None:
        raise EditionUnknown
    return KnownEdition(*row)


_ONE: Final = _EDITIONS.where(PublishedEdition.id == bindparam("edition_id"))


def known_edition(session: Session, edition_id: UUID) -> KnownEdition | None:
    """Return one edition, published or not."""
    row = session.connection().execute(_ONE, {"edition_id": edition_id}).first()
    return KnownEdition(*row) if row else None


def editions_by_id(session: Session, *, ids: Iterable[UUID | None] | None = None) -> dict[UUID, KnownEdition]:
    """Return the editions named, or all of them, the newest first."""
    wanted = _EDITIONS.order_by(PublishedEdition.starts_on.desc(), PublishedEdition.slug)
    if ids is not None:
        wanted = wanted.where(PublishedEdition.id.in_([key for key in ids if key is not None]))
    found = [KnownEdition(*row) for row in session.execute(wanted)]
    return {edition.id: edition for edition in found}


def zone_for(session: Session, edition_id: UUID | None) -> str:
    """Return the time zone in which times about an edition are typed and told; UTC where there is no edition."""
    edition = known_edition(session, edition_id) if edition_id else None
    return edition.time_zone if edition else "UTC"
