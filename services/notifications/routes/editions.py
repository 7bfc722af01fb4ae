"""What every page of the mail desk needs of the edition in its address."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from services.notifications.errors import NoSuchEdition
from services.notifications.queries.recipients import edition_by_slug
from shared.words.languages import current_locale, text_in


@dataclass(frozen=True)
class DeskEdition:
    """An edition as the desk's frame shows it."""

    id: UUID
    slug: str
    name: str
    time_zone: str


def desk_edition(session: Session, slug: str) -> DeskEdition:
    """Return the edition with ``slug``, its name in the reader's language; else refuse with NoSuchEdition."""
    found = edition_by_slug(session, slug=slug)
    if found is None:
        raise NoSuchEdition
    return DeskEdition(found.id, found.slug, text_in(found.name, current_locale()), found.time_zone)


def campaign_url(edition: DeskEdition, campaign_id: UUID, page: str = "") -> str:
    """Return the address of a campaign's page."""
    return f"/desk/mail/{edition.slug}/campaigns/{campaign_id}" + (f"/{page}" if page else "")
