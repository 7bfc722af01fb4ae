from __future__ import annotations

from dataclasses import dataclass, field
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
    contact: str = field(default="", repr=False)
    """Where answers go. Not a part of what is said, so nobody has to agree to it anew."""
