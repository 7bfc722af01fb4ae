"""What the API of notifications takes and gives."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.notifications.queries.campaigns import Overview, written_version
from services.notifications.rules.audience import AudienceRule, Locale, rule_in
from services.notifications.rules.texts import LONGEST_BODY, LONGEST_SUBJECT, Said
from shared.schema.notifications.campaigns import Campaign

NO_NUL = r"^[^\x00]*$"
DeliveryState = Literal["queued", "sending", "sent", "deferred", "failed", "suppressed", "uncertain"]


class TopicAnswer(BaseModel):
    """What campaigns are about; texts are by language."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    slug: str
    name: dict[str, str]
    description: dict[str, str]


class TopicList(BaseModel):
    """All topics."""

    items: list[TopicAnswer]


class CampaignAnswer(BaseModel):
    """A campaign; ``sent`` and ``settled`` count its deliveries."""

    id: UUID
    name: str
    state: str
    locales: list[str]
    audience_size: int
    sent: int
    settled: int
    created_at: datetime
    launched_at: datetime | None

    @staticmethod
    def of(line: Overview) -> CampaignAnswer:
        """Return how the API shows a line of the desk's list."""
        one = line.campaign
        return CampaignAnswer(
            id=one.id,
            name=one.name,
            state=one.state,
            locales=line.locales,
            audience_size=one.audience_size,
            sent=line.sent,
            settled=line.settled,
            created_at=one.created_at,
            launched_at=one.launched_at,
        )


class CampaignList(BaseModel):
    """Campaigns, the newest first."""

    items: list[CampaignAnswer]


class CampaignWords(BaseModel):
    """What a campaign says in one language. ``body`` is Markdown; ``{{ name }}`` and the like are filled in."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    subject: Annotated[str, Field(min_length=1, max_length=LONGEST_SUBJECT, pattern=NO_NUL)]
    preheader: Annotated[str, Field(max_length=LONGEST_SUBJECT, pattern=NO_NUL)] = ""
    body: Annotated[str, Field(min_length=1, max_length=LONGEST_BODY, pattern=NO_NUL)]

    def said(self) -> Said:
        """Return the same for the actions."""
        return Said(self.subject, self.preheader, self.body)


class CampaignWanted(BaseModel):
    """A campaign to write: it stays a draft until it is launched."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=120, pattern=NO_NUL)]
    topic_id: UUID
    texts: dict[Locale, CampaignWords]
    audience: AudienceRule | None = None
    """Whom it is for; without it nobody is chosen yet, and the campaign cannot be launched."""


class CampaignDetail(BaseModel):
    """A campaign with its texts, its rule, and what became of each delivery: the counts add up to the audience."""

    id: UUID
    name: str
    state: str
    topic_id: UUID
    texts: dict[str, CampaignWords]
    audience: AudienceRule | None
    audience_size: int
    deliveries: dict[str, int]
    launched_at: datetime | None
    finished_at: datetime | None
    version: str
    """Of what was written; the ETag as well. An edit names it in If-Match."""

    @staticmethod
    def of(campaign: Campaign, texts: dict[str, Said], deliveries: dict[str, int]) -> CampaignDetail:
        """Return how the API shows a campaign."""
        return CampaignDetail(
            id=campaign.id,
            name=campaign.name,
            state=campaign.state,
            topic_id=campaign.topic_id,
            texts={locale: CampaignWords.model_construct(**vars(said)) for locale, said in texts.items()},
            audience=rule_in(campaign.audience),
            audience_size=campaign.audience_size,
            deliveries=deliveries,
            launched_at=campaign.launched_at,
            finished_at=campaign.finished_at,
            version=written_version(campaign, texts),
        )


class AudienceAnswer(BaseModel):
    """Whom the rule means at this moment."""

    total: int
    by_locale: dict[str, int]
    opted_out: int


class LaunchWanted(BaseModel):
    """``confirmed`` is the number of people that the audience was seen to have."""

    model_config = ConfigDict(extra="forbid")

    confirmed: Annotated[int, Field(ge=1, le=10_000_000)]


class CampaignState(BaseModel):
    """Where a campaign stands after a deed."""

    id: UUID
    state: str
    audience_size: int

    @staticmethod
    def of(campaign: Campaign) -> CampaignState:
        """Return how the API shows where ``campaign`` stands."""
        return CampaignState(id=campaign.id, state=campaign.state, audience_size=campaign.audience_size)


class DeliveriesWanted(BaseModel):
    """Which deliveries: in one state or all, after an id, at most ``limit``."""

    state: DeliveryState | None = None
    after: UUID = UUID(int=0)
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class DeliveryAnswer(BaseModel):
    """One person's copy."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    person_id: UUID | None
    addressee: str
    address: str
    locale: str
    state: str
    attempts: int
    reply_code: int | None
    reply_text: str | None
    reason: str | None
    settled_at: datetime | None


class DeliveryList(BaseModel):
    """A part of a campaign's deliveries; ``next_after`` asks for the following part and is empty at the end."""

    items: list[DeliveryAnswer]
    next_after: UUID | None


class AgainWanted(BaseModel):
    """Which deliveries to send once more; those that neither failed nor are uncertain are left as they are."""

    deliveries: Annotated[list[UUID], Field(min_length=1, max_length=1000)]


class AgainAnswer(BaseModel):
    """How many are being sent once more."""

    sent_again: int
