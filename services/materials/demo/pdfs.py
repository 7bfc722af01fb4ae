"""A publication of the demo that is one PDF in each language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.materials.actions.publications import add_publication, draft_release, publish_release
from services.materials.actions.renditions import add_rendition
from services.materials.demo.reader import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from uuid import UUID

    from sqlalchemy.orm import Session

    from shared.deeds import Deed
    from shared.store import Store

INSTITUTION: Final = "International Training Centre of the ILO"


def publish_pdfs(
    session: Session,
    store: Store,
    *,
    slug: str,
    kind: str,
    titles: Mapping[str, str],
    summaries: Mapping[str, str],
    dated: str,
    printed: Callable[[str], bytes],
    limit: int,
    deed: Deed,
) -> UUID:
    """Publish what ``printed`` gives for each language, on no shelf yet; return the publication."""
    publication = add_publication(
        session,
        slug=slug,
        kind=kind,
        edition_id=None,
        titles=titles,
        summaries=summaries,
        contributors=[INSTITUTION],
        publisher=INSTITUTION,
        rights="© International Labour Organization",
        deed=deed,
    )
    release = draft_release(session, publication_id=publication.id, version="2011", dated=dated, deed=deed)
    for language in LANGUAGES:
        add_rendition(
            session,
            store,
            release_id=release.id,
            language=language,
            format_="pdf",
            pieces=[printed(language)],
            limit=limit,
            deed=deed,
        )
    publish_release(session, release_id=release.id, deed=deed)
    return publication.id
