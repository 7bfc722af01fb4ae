"""Looking through the library, for programs."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from services.materials.queries.library import opened_publications
from services.materials.queries.search import look_for
from services.materials.routes.api.publications import api
from services.materials.rules.searching import parts_of, read_query
from services.materials.settings import MaterialsSettings
from shared.web.door.identity import SignedIn


class SearchAsked(BaseModel):
    """``q``: words, phrases in quotation marks, beginnings with a star; all must stand on a page."""

    q: str = Field(min_length=1, max_length=200)
    language: Literal["en", "fr", "es", "pt", "ar"] | None = None
    limit: int = Field(default=20, ge=1, le=100)
    offset: int = Field(default=0, ge=0, le=1000)


class SnippetPart(BaseModel):
    """A piece of a snippet, in order."""

    text: str
    hit: bool


class PageHitAnswer(BaseModel):
    """A page; ``label`` is what is printed on it where the file says so. ``chapter`` null: a page of the whole."""

    slug: str
    language: str
    chapter: int | None
    page: int
    label: str
    snippet: list[SnippetPart]
    url: str


class WorkHitAnswer(BaseModel):
    """A work whose titles, authors or key words answer."""

    slug: str
    titles: dict[str, str]
    url: str


class SearchAnswer(BaseModel):
    """``total`` counts pages, up to 1000. ``instead``: looked for, since nothing answered to ``q``."""

    works: list[WorkHitAnswer]
    pages: list[PageHitAnswer]
    total: int
    instead: str | None


@api.get("/search", scope="materials:read", anywhere=True)
def search(
    session: Session, query: SearchAsked, by: SignedIn, now: datetime, settings: MaterialsSettings
) -> SearchAnswer:
    """Look through titles, authors, key words and every page of what the token's owner may open."""
    opened = opened_publications(session, person_id=by.person_id, now=now)
    asked = read_query(query.q)
    found = look_for(session, opened, asked, limit=query.limit, offset=query.offset, language=query.language)
    return SearchAnswer(
        works=[
            WorkHitAnswer(slug=work.slug, titles=work.titles, url=f"{settings.public_url}/materials/{work.slug}")
            for work in found.works
        ],
        pages=[
            PageHitAnswer(
                slug=hit.readable.work.slug,
                language=hit.readable.copy.language,
                chapter=hit.readable.chapter,
                page=hit.number,
                label=hit.label,
                snippet=[SnippetPart(text=text, hit=is_hit) for text, is_hit in parts_of(hit.snippet)],
                url=settings.public_url + hit.readable.address(hit.number),
            )
            for hit in found.pages
        ],
        total=found.total,
        instead=str(found.instead) if found.instead else None,
    )


blueprint = api.blueprint
