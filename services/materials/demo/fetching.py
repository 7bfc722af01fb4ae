"""Who of the demo's people fetched the Reader in the last days, by the real deed; the same people every time."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from sqlalchemy import and_, select

from services.materials.actions.downloads import count_download
from shared.schema.materials.files import Rendition
from shared.schema.materials.publications import Translation
from shared.schema.outbox.entries import FactRow
from shared.schema.people.published import Addressable
from shared.schema.registration.published import Place

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

SEED: Final = 2011
SHARE: Final = 0.6
"""So many of those with a place have fetched it by now."""
LONGEST: Final = timedelta(days=8)
"""Since the campaign that told them of it."""


def let_people_fetch(session: Session, *, publication_id: UUID, release_id: UUID, now: datetime) -> None:
    """Let some of the people with a place fetch the Reader, in their language and mostly as PDF."""
    chance = random.Random(SEED)  # noqa: S311 - plausible, not secret
    files = {
        (row.language, row.format): (row.id, row.sha256)
        for row in session.execute(
            select(Translation.language, Rendition.format, Rendition.id, Rendition.sha256)
            .join(Rendition, Rendition.translation_id == Translation.id)
            .where(Translation.release_id == release_id, Rendition.chapter_id.is_(None))
        )
    }
    people = session.execute(
        select(Place.person_id, Place.edition_id, Addressable.locale, FactRow.at)
        .join(Addressable, Addressable.id == Place.person_id)
        .outerjoin(
            FactRow,
            and_(
                FactRow.name == "OfferAccepted",
                FactRow.person_id == Place.person_id,
                FactRow.edition_id == Place.edition_id,
            ),
        )
        .order_by(Addressable.name, Place.person_id)
    ).all()
    for person_id, edition_id, locale, taken_at in people:
        fetches, format_ = chance.random() < SHARE, "pdf" if chance.random() < 0.8 else "text"  # noqa: PLR2004 - most
        earliest = max(taken_at or now - LONGEST, now - LONGEST)
        at = earliest + (now - earliest) * chance.random()
        found = files.get((locale, format_))
        if fetches and found is not None:
            rendition_id, sha256 = found
            count_download(
                session,
                person_id=person_id,
                rendition_id=rendition_id,
                publication_id=publication_id,
                edition_id=edition_id,
                sha256=sha256,
                now=at,
            )
