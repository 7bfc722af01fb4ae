"""A work that whoever asks may open, with what of it can be read page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

from flask import request

from services.materials.errors import PageUnknown, PublicationUnknown
from services.materials.queries.library import opened_publications
from services.materials.queries.reader import labels_in
from services.materials.queries.search import with_pages
from services.materials.rules.makings import chapter_spans
from services.materials.rules.parts import Part, Spanned, parts_of
from services.materials.rules.readable import Readable, copy_to_read, readable_copies
from shared.clock import now
from shared.web.door.identity import signed_in
from shared.web.door.redirects import see_other

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.orm import Session
    from werkzeug.wrappers import Response

    from services.materials.rules.library import Opened


class Read(NamedTuple):
    """A work and its copies that have pages."""

    work: Opened
    copies: list[Readable]


def opened_work(session: Session, slug: str) -> Read | None:
    """Return the work with what can be read of it; None for whoever may open it after signing in, at best."""
    person = signed_in()
    found = work_of(session, slug, person_id=person.person_id if person else None)
    if found is None and person is not None:
        raise PublicationUnknown
    return found


def work_of(session: Session, slug: str, *, person_id: UUID | None) -> Read | None:
    """Return the work if the person (None: anybody) may open it."""
    opened = opened_publications(session, person_id=person_id, now=now(), slug=slug)
    if not opened:
        return None
    return Read(opened[0], readable_copies(opened[0], with_pages=with_pages(session, opened)))


def copy_in_parts(
    session: Session, read: Read, *, language: str, chapter: int | None = None
) -> tuple[Readable, list[Part]]:
    """Return the copy in a language, of one chapter or of the whole, with its parts; refuses where there is none."""
    one = copy_to_read(read.copies, language=language, chapter=chapter)
    rows = labels_in(session, sha256=one.copy.sha256) if one else []
    if one is None or not rows:
        raise PageUnknown
    spans = chapter_spans(read.work.chapters, language=language, rows=rows) if chapter is None else {}
    chapters = [
        Spanned(entry.number, entry.title, entry.authors, *spans[entry.number])
        for entry in read.work.chapters_in(language)
        if entry.number in spans
    ]
    return one, parts_of(chapters, count=len(rows))


def part_numbered(parts: list[Part], number: int) -> Part:
    """Return a part by its number; refuses with :class:`PageUnknown`."""
    found = next((part for part in parts if part.number == number), None)
    if found is None:
        raise PageUnknown
    return found


def sign_in_first() -> Response:
    """Lead whoever is not signed in to the door, and back here."""
    return see_other("/sign-in?" + urlencode({"next": request.full_path.rstrip("?")}))
