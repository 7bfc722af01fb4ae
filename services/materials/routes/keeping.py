"""Who sees publications at the desk and who changes them: what a page lists and offers of what the routes allow."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from services.materials.queries import desk as library
from shared.editions import KnownEdition, editions_by_id
from shared.web.door.identity import SignedIn

SEE: Final = ("organiser", "librarian", "viewer")
KEEP: Final = ("organiser", "librarian")


def may_see(person: SignedIn, editions: set[UUID]) -> bool:
    """Say whether a person works for one of the editions a publication is for, or for all."""
    return person.holds(*SEE, everywhere=True) or any(person.holds(*SEE, edition_id=one) for one in editions)


def may_keep(person: SignedIn, edition_id: UUID | None) -> bool:
    """Say whether a person may change what belongs to the edition; what belongs to none takes a role in all."""
    return person.holds(*KEEP, edition_id=edition_id, everywhere=edition_id is None)


def editions_to_see(session: Session, publication_id: UUID, person: SignedIn) -> list[KnownEdition]:
    """Return the editions whose people the publication is for and the person works for, the newest first."""
    found = editions_by_id(session, ids=library.editions_of(session).get(publication_id, set())).values()
    return [edition for edition in found if person.holds(*SEE, edition_id=edition.id)]
