"""Notifications' API: an edition's campaigns and how far each has come."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from services.notifications.queries.campaigns import campaigns_of
from services.notifications.queries.recipients import edition_by_slug
from shared.errors import NotFound
from shared.web.api import Api
from shared.web.tools import tools

api = Api("notifications")
blueprint = api.blueprint


class CampaignAnswer(BaseModel):
    """A campaign; ``sent`` and ``settled`` count its deliveries."""

    id: UUID
    state: str
    locales: list[str]
    audience_size: int
    sent: int
    settled: int
    created_at: datetime


class CampaignList(BaseModel):
    """Campaigns, the newest first."""

    items: list[CampaignAnswer]


@api.get("/editions/<edition_slug>/campaigns", scope="campaigns:read", answer=CampaignList)
def list_campaigns(edition_slug: str) -> CampaignList:
    """List an edition's campaigns."""
    with tools().database.reading() as session:
        edition = edition_by_slug(session, slug=edition_slug)
        if edition is None:
            raise NotFound
        return CampaignList(
            items=[
                CampaignAnswer(
                    id=one.campaign.id,
                    state=one.campaign.state,
                    locales=one.locales,
                    audience_size=one.campaign.audience_size,
                    sent=one.sent,
                    settled=one.settled,
                    created_at=one.campaign.created_at,
                )
                for one in campaigns_of(session, edition_id=edition.id)
            ]
        )
