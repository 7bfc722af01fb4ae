"""The parts of a draft, described by a program."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.materials.actions.corrections import take_chapter_out
from services.materials.actions.publications import add_chapter
from services.materials.errors import (
    ChapterNumberTaken,
    ChapterUnknown,
    ReleaseIsPublished,
    ReleaseIsWithdrawn,
    ReleaseUnknown,
)
from services.materials.queries import desk as library
from services.materials.routes.api.payloads import NewChapter
from services.materials.routes.api.publications import api
from services.materials.views.answers import ChapterMade
from shared.deeds import Deed
from shared.web.door.identity import SignedIn

blueprint = api.blueprint
_FIXED = (ReleaseUnknown, ReleaseIsPublished, ReleaseIsWithdrawn)


@api.post(
    "/releases/<uuid:release_id>/chapters",
    scope="materials:keep",
    of=library.edition_of_release,
    refuses=(*_FIXED, ChapterNumberTaken),
)
def post_chapter(session: Session, release_id: UUID, wanted: NewChapter, by: SignedIn, now: datetime) -> ChapterMade:
    """Describe a chapter of a draft: its place, its title and its authors, one on a line."""
    made = add_chapter(
        session,
        release_id=release_id,
        number=wanted.number,
        titles={wanted.language: wanted.title},
        authors=[name for line in wanted.authors.splitlines() if (name := line.strip())],
        pages=wanted.pages,
        deed=Deed(by.person_id, now),
    )
    return ChapterMade.of(made)


@api.post(
    "/releases/<uuid:release_id>/chapters/<uuid:chapter_id>/removal",
    scope="materials:keep",
    of=(library.edition_of_release, library.edition_of_chapter),
    status=200,
    refuses=(*_FIXED, ChapterUnknown),
)
def post_chapter_removal(
    session: Session, release_id: UUID, chapter_id: UUID, by: SignedIn, now: datetime
) -> ChapterMade:
    """Take a chapter and its files out of a draft; the answer tells what it was."""
    told = ChapterMade.of(library.chapter_with(session, chapter_id=chapter_id))
    take_chapter_out(session, release_id=release_id, chapter_id=chapter_id, deed=Deed(by.person_id, now))
    return told
