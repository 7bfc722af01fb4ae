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


class PersonNotReached(Fact, noun="unreached"):
    """A mail that matters did not reach a person."""

    unreached_id: UUID
    delivery_id: UUID
    person_id: UUID
    edition_id: UUID
    kind: str


class PersonReached(Fact, noun="unreached"):
    """Somebody told a person in another way what a mail did not."""

    unreached_id: UUID
    person_id: UUID
    edition_id: UUID


class MailCameBack(Fact, noun="delivery"):
    """A mail was reported as not delivered, or as spam. ``lasting``: the address is dead."""

    delivery_id: UUID
    person_id: UUID | None
    edition_id: UUID | None
    outcome: str
    lasting: bool


class AddressSuppressed(Fact, noun="suppression"):
    """Campaigns leave an address out from now on."""

    suppression_id: UUID
    person_id: UUID | None
    reason: str


class AddressReleased(Fact, noun="suppression"):
    """Somebody let campaigns go to an address again."""

    suppression_id: UUID
