"""Writing down what the store keeps, and what a rendition's file is called."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.materials.gateways.store import Store, StreamStored
from services.materials.rules.names import full_filename, plain_filename
from shared.schema.materials.files import StoredFile
from shared.schema.materials.publications import Chapter, Publication, Release, Translation
from shared.words.languages import text_in


class Named(NamedTuple):
    """The ASCII name of a rendition and the one people write."""

    filename: str
    full_name: str


def names_of(
    publication: Publication, release: Release, translation: Translation, chapter: Chapter | None, format_: str
) -> Named:
    """Return what the file of a translation, or of one of its chapters, is called."""
    language, number = translation.language, chapter.number if chapter else None
    title = (text_in(chapter.titles, language) or translation.title) if chapter else translation.title
    return Named(
        plain_filename(
            slug=publication.slug, version=release.version, language=language, format_=format_, chapter=number
        ),
        full_filename(title=title, language=language, format_=format_, chapter=number),
    )


def remember(session: Session, store: Store, kept: StreamStored, *, media_type: str) -> None:
    """Write down a stored file once, with the time the store gave it, and keep the sweep from it."""
    seconds = store.modified_at(kept.sha256)
    if seconds is None:
        raise FileNotFoundError(kept.sha256)
    row = insert(StoredFile).values(
        sha256=kept.sha256,
        size=kept.size,
        media_type=media_type,
        modified_at=datetime.fromtimestamp(int(seconds), tz=UTC),
    )
    session.execute(row.on_conflict_do_update(index_elements=["sha256"], set_={"let_go_at": None}))
    if store.size(kept.sha256) != kept.size:  # the sweep has just let go of it
        raise FileNotFoundError(kept.sha256)
