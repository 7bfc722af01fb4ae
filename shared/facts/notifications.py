"""What notifications tells the others."""

from __future__ import annotations

from uuid import UUID

from shared.facts.base import Fact


class CampaignLaunched(Fact, noun="campaign"):
    """A campaign's audience was frozen and its mails are on their way."""

    campaign_id: UUID
    edition_id: UUID


class DeliveriesSentAgain(Fact, noun="campaign"):
    """Somebody had mails of a campaign sent once more that had failed or were in doubt."""

    campaign_id: UUID
    edition_id: UUID
    deliveries: int


class OptedOut(Fact, noun="topic"):
    """A person no longer wants mail on a topic."""

    person_id: UUID
    topic_id: UUID
