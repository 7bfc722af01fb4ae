"""Materials' API: what the token's owner may open."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from services.materials.queries.library import opened_publications
from shared.clock import now
from shared.web.api import Api
from shared.web.identity import actor_id
from shared.web.tools import tools

api = Api("materials")
blueprint = api.blueprint


class PublicationAnswer(BaseModel):
    """A publication in its newest release. Titles are by language."""

    id: UUID
    slug: str
    titles: dict[str, str]
    version: str
    published_at: datetime | None


class PublicationList(BaseModel):
    """Publications, the newest release first."""

    items: list[PublicationAnswer]


@api.get("/publications", scope="materials:read", answer=PublicationList)
def list_publications() -> PublicationList:
    """List the publications that the token's owner may open."""
    with tools().database.reading() as session:
        found = opened_publications(session, person_id=actor_id(), now=now())
        return PublicationList(
            items=[
                PublicationAnswer(
                    id=one.publication_id,
                    slug=one.slug,
                    titles=one.titles,
                    version=one.version,
                    published_at=one.published_at,
                )
                for one in found
            ]
        )
