"""Reading, for programs: a work's parts, their text in one piece, and where the token's owner is."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from services.materials.actions.readings import keep_place
from services.materials.errors import PageUnknown, PublicationUnknown
from services.materials.queries.reader import pages_in, place_of, texts_in, weight_of
from services.materials.routes.api.publications import api
from services.materials.routes.opening import Read, copy_in_parts, part_numbered, work_of
from services.materials.rules.flowing import Kind, flowing
from services.materials.rules.parts import Part
from services.materials.rules.readable import Readable, copy_to_read
from services.materials.settings import MaterialsSettings
from shared.web.door.identity import SignedIn


class PartAnswer(BaseModel):
    """Sheets ``first`` to ``last`` of a copy, counted from 1; ``title`` is empty where no chapter names them."""

    number: int
    title: str
    chapter: int | None
    first: int
    last: int
    url: str


class PlaceAnswer(BaseModel):
    """The sheet on which somebody is in a work."""

    language: str
    page: int


class ReadingAnswer(BaseModel):
    """A copy that can be read, in its parts. ``place`` is where the token's owner is in the work."""

    rendition_id: UUID
    language: str
    parts: list[PartAnswer]
    place: PlaceAnswer | None


class BlockAnswer(BaseModel):
    """A piece of text in one run; ``page`` is the sheet it begins on."""

    kind: Kind
    text: str
    page: int


class PartTextAnswer(BaseModel):
    """A part as it flows. Sizes in bytes, about; ``pages`` are its sheets as they are printed."""

    part: PartAnswer
    blocks: list[BlockAnswer]
    text_bytes: int
    printed_bytes: int
    pages: list[str]


class NewPlace(BaseModel):
    """Where the token's owner is by now."""

    language: str = Field(max_length=3)
    page: int = Field(ge=1)


def _read(session: Session, slug: str, by: SignedIn) -> Read:
    read = work_of(session, slug, person_id=by.person_id)
    if read is None:
        raise PublicationUnknown
    return read


@api.get(
    "/works/<slug>/reading/<language>",
    scope="materials:read",
    anywhere=True,
    refuses=(PublicationUnknown, PageUnknown),
)
def get_reading(session: Session, slug: str, language: str, by: SignedIn, settings: MaterialsSettings) -> ReadingAnswer:
    """Tell in which parts the whole work can be read in a language."""
    read = _read(session, slug, by)
    one, parts = copy_in_parts(session, read, language=language)
    place = place_of(session, person_id=by.person_id, publication_id=read.work.publication_id)
    return ReadingAnswer(
        rendition_id=one.copy.rendition_id,
        language=language,
        parts=[_part(one, part, settings) for part in parts],
        place=PlaceAnswer(language=place.language, page=place.page)
        if place and place.language and place.page
        else None,
    )


@api.get(
    "/works/<slug>/reading/<language>/parts/<int:number>",
    scope="materials:read",
    anywhere=True,
    refuses=(PublicationUnknown, PageUnknown),
)
def get_part(  # noqa: PLR0917 - they are handed over by name
    session: Session, slug: str, language: str, number: int, by: SignedIn, settings: MaterialsSettings
) -> PartTextAnswer:
    """Show a part's text as it flows: paragraphs, headings and items, without what every page repeats."""
    one, parts = copy_in_parts(session, _read(session, slug, by), language=language)
    part = part_numbered(parts, number)
    weight = weight_of(session, sha256=one.copy.sha256, part=part)
    blocks = flowing(texts_in(session, sha256=one.copy.sha256, part=part))
    return PartTextAnswer(
        part=_part(one, part, settings),
        blocks=[BlockAnswer(kind=block.kind, text=block.text, page=block.page) for block in blocks],
        text_bytes=weight.as_text,
        printed_bytes=weight.as_printed,
        pages=[settings.public_url + one.address(sheet) for sheet in part.sheets],
    )


@api.post(
    "/works/<slug>/place",
    scope="materials:read",
    anywhere=True,
    status=200,
    refuses=(PublicationUnknown, PageUnknown),
)
def note_place(session: Session, slug: str, wanted: NewPlace, by: SignedIn, now: datetime) -> PlaceAnswer:
    """Remember where the token's owner is in a work, for all of her devices."""
    read = _read(session, slug, by)
    one = copy_to_read(read.copies, language=wanted.language, chapter=None)
    if one is None or wanted.page > pages_in(session, sha256=one.copy.sha256):
        raise PageUnknown
    keep_place(
        session,
        person_id=by.person_id,
        publication_id=read.work.publication_id,
        language=wanted.language,
        page=wanted.page,
        now=now,
    )
    return PlaceAnswer(language=wanted.language, page=wanted.page)


def _part(one: Readable, part: Part, settings: MaterialsSettings) -> PartAnswer:
    return PartAnswer(
        number=part.number,
        title=part.title,
        chapter=part.chapter,
        first=part.first,
        last=part.last,
        url=settings.public_url + one.part_address(part.number),
    )
