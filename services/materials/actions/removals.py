"""Taking a whole publication out of the library, and putting it back."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from services.materials.actions.corrections import discard_draft
from services.materials.errors import PublicationUnknown
from services.materials.rules.publications import PUBLICATION
from services.materials.rules.releases import RELEASE
from shared.history import Deed, move, note
from shared.schema.materials.publications import Publication, Release
from shared.schema.materials.shelves import ShelfItem


def remove_publication(session: Session, *, publication_id: UUID, deed: Deed) -> bool:
    """Take a publication out of the library; return whether it can be put back.

    What people could open leaves a stone at its addresses, and all of it stays for the day it is put back. What nobody
    but staff has seen is deleted, with its drafts; only its history stays. Done twice it is done once.
    """
    publication = _locked(session, publication_id)
    if publication.removed_at is not None:
        return True
    releases = _by_state(session, publication_id)
    if releases.keys() <= {"draft"}:
        for release_id in releases.get("draft", ()):
            discard_draft(session, release_id=release_id, deed=deed)
        session.execute(delete(ShelfItem).where(ShelfItem.publication_id == publication_id))
        note(session, "publication", publication_id, deed, what="deleted", edition_id=publication.edition_id)
        session.execute(delete(Publication).where(Publication.id == publication_id))
        return False
    move(session, PUBLICATION, [publication_id], "removed", deed)
    _move_all(session, publication, releases.get("published", []), "removed", deed)
    return True


def restore_publication(session: Session, *, publication_id: UUID, deed: Deed) -> None:
    """Put a publication back as it was, on the shelves where it stood. Done twice it is done once."""
    publication = _locked(session, publication_id)
    if publication.removed_at is None:
        return
    move(session, PUBLICATION, [publication_id], "kept", deed)
    _move_all(session, publication, _by_state(session, publication_id).get("removed", []), "published", deed)


def _locked(session: Session, publication_id: UUID) -> Publication:
    publication = session.get(Publication, publication_id, with_for_update=True)
    if publication is None:
        raise PublicationUnknown
    return publication


def _by_state(session: Session, publication_id: UUID) -> dict[str, list[UUID]]:
    """Return the publication's releases by their state, locked, so that none is published meanwhile."""
    locked = (
        select(Release.id, Release.state)
        .where(Release.publication_id == publication_id)
        .with_for_update()
        .cte("locked")
    )
    rows = session.execute(select(locked.c.state, func.array_agg(locked.c.id)).group_by(locked.c.state))
    return {state: list(ids) for state, ids in rows}


def _move_all(session: Session, publication: Publication, releases: list[UUID], after: str, deed: Deed) -> None:
    more = {release_id: {"edition_id": publication.edition_id} for release_id in releases}
    move(session, RELEASE, releases, after, deed, more=more)
