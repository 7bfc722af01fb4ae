from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True)
class Words:
    """What a campaign says in one language, with the names its frame uses in that language."""

    campaign_id: UUID
    locale: str
    subject: str
    preheader: str
    body: str
    edition: str
    edition_slug: str
    place: str
    starts_on: date
    ends_on: date
    topic: str
    topic_slug: str
