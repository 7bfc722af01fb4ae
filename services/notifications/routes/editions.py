"""What every page of the mail desk needs of the edition in its address."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from shared.editions import edition_at
from shared.words.languages import current_locale


@dataclass(frozen=True)
class DeskEdition:
    """An edition as the desk's frame shows it."""

    id: UUID
    slug: str
    name: str
    time_zone: str


def desk_edition(session: Session, slug: str) -> DeskEdition:
    """Return the edition with ``slug``, its name in the reader's language; refuses with EditionUnknown."""
    found = edition_at(session, slug)
    return DeskEdition(found.id, found.slug, found.name_in(current_locale()), found.time_zone)


def campaign_url(edition: DeskEdition, campaign_id: UUID, page: str = "") -> str:
    """Return the address of a campaign's page."""
    return f"/desk/mail/e/{edition.slug}/campaigns/{campaign_id}" + (f"/{page}" if page else "")
