"""What a campaign says and where it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from services.notifications.errors import CampaignUnknown
from services.notifications.rules.texts import Said, as_fields
from services.notifications.rules.words import Words
from shared.schema.notifications.campaigns import Campaign, CampaignText
from shared.schema.notifications.deliveries import Delivery
from shared.schema.notifications.topics import OptOut, Topic
from shared.schema.people.published import Addressable
from shared.schema.registration.published import PublishedEdition
from shared.versions import version_of
from shared.words.languages import text_in

STATES = ("queued", "sending", "sent", "deferred", "failed", "suppressed", "uncertain", "bounced", "complained")


def words_of(session: Session, *, campaign_id: UUID) -> dict[str, Words]:
    """Return a campaign's texts by language."""
    rows = session.execute(
        select(CampaignText, PublishedEdition, Topic)
        .join(Campaign, Campaign.id == CampaignText.campaign_id)
        .join(PublishedEdition, PublishedEdition.id == Campaign.edition_id)
        .join(Topic, Topic.id == Campaign.topic_id)
        .where(Campaign.id == campaign_id)
        .order_by(CampaignText.locale)
    )
    return {
        said.locale: Words(
            campaign_id=campaign_id,
            locale=said.locale,
            subject=said.subject,
            preheader=said.preheader,
            body=said.body,
            edition=text_in(edition.name, said.locale),
            edition_slug=edition.slug,
            place=edition.place,
            contact=edition.contact,
            starts_on=edition.starts_on,
            ends_on=edition.ends_on,
            topic=text_in(topic.name, said.locale),
            topic_slug=topic.slug,
        )
        for said, edition, topic in rows
    }


def written_version(campaign: Campaign, texts: Mapping[str, Said]) -> str:
    """Return the version of what is written of a campaign: its words and whom it is for."""
    said = as_fields(campaign.name, campaign.topic_id, texts)
    return version_of({**said, "audience": campaign.audience})


def texts_of(session: Session, *, campaign_id: UUID) -> dict[str, Said]:
    """Return what a campaign says, by language."""
    rows = session.execute(select(CampaignText).where(CampaignText.campaign_id == campaign_id)).scalars()
    return {row.locale: Said(row.subject, row.preheader, row.body) for row in rows}


@dataclass(frozen=True)
class Overview:
    """One line of the list of campaigns."""

    campaign: Campaign
    topic: dict[str, str]
    writer: str
    locales: list[str]
    sent: int
    settled: int


def campaigns_of(session: Session, *, edition_id: UUID, limit: int = 200) -> list[Overview]:
    """Return an edition's campaigns, the newest first, with how far each has come."""
    locales = select(func.array_agg(CampaignText.locale)).where(CampaignText.campaign_id == Campaign.id)
    mine = select(func.count()).where(Delivery.campaign_id == Campaign.id)
    sent = mine.where(Delivery.state == "sent")
    open_ = mine.where(Delivery.state.in_(("queued", "sending", "deferred")))
    rows = session.execute(
        select(
            Campaign,
            Topic.name,
            Addressable.name,
            locales.scalar_subquery(),
            sent.scalar_subquery(),
            Campaign.audience_size - open_.scalar_subquery(),
        )
        .join(Topic, Topic.id == Campaign.topic_id)
        .outerjoin(Addressable, Addressable.id == Campaign.written_by)
        .where(Campaign.edition_id == edition_id)
        .order_by(Campaign.created_at.desc(), Campaign.id)
        .limit(limit)
    )
    return [
        Overview(campaign, topic, writer or "", sorted(locales or []), sent, settled)
        for campaign, topic, writer, locales, sent, settled in rows
    ]


def campaign_of(session: Session, *, campaign_id: UUID, edition_id: UUID) -> Campaign:
    """Return a campaign of that edition; else refuse with CampaignUnknown."""
    campaign = session.execute(
        select(Campaign).where(Campaign.id == campaign_id, Campaign.edition_id == edition_id)
    ).scalar()
    if campaign is None:
        raise CampaignUnknown
    return campaign


def topics(session: Session) -> list[Topic]:
    """Return every topic, the oldest first."""
    return list(session.execute(select(Topic).order_by(Topic.created_at, Topic.slug)).scalars())


def opted_out_of(session: Session, *, person_id: UUID) -> set[UUID]:
    """Return the topics a person gets nothing on."""
    return set(session.execute(select(OptOut.topic_id).where(OptOut.person_id == person_id)).scalars())


@dataclass(frozen=True)
class Subscription:
    """What an opt-out link is about. A test mail has no person."""

    person_id: UUID | None
    topic_id: UUID
    topic: dict[str, str]
    locale: str
    opted_out: bool


def subscription_of(session: Session, *, delivery_id: UUID) -> Subscription | None:
    """Return the person and topic of a campaign mail, or of a test of one."""
    about = func.coalesce(Delivery.campaign_id, Delivery.about_id)
    # the link of a test shows the page, but the writer who got it opts out of nothing
    person_id = case((Delivery.campaign_id.is_not(None), Delivery.person_id))
    row = session.execute(
        select(person_id, Topic.id, Topic.name, Delivery.locale, OptOut.person_id.is_not(None))
        .join(Campaign, Campaign.id == about)
        .join(Topic, Topic.id == Campaign.topic_id)
        .outerjoin(OptOut, and_(OptOut.person_id == person_id, OptOut.topic_id == Topic.id))
        .where(Delivery.id == delivery_id)
    ).first()
    return None if row is None else Subscription(*row)


def campaigns_being_sent(session: Session) -> Sequence[UUID]:
    """Return the campaigns that have mail to send now, the one launched first at the front."""
    due = (
        select(Delivery.id)
        .where(Delivery.campaign_id == Campaign.id)
        .where(Delivery.state.in_(("queued", "deferred")), Delivery.not_before <= func.now())
        .exists()
    )
    return (
        session.execute(
            select(Campaign.id)
            .where(Campaign.state == "sending", Campaign.words_changed.is_(False), due)
            .order_by(Campaign.launched_at)
        )
        .scalars()
        .all()
    )


def tally(session: Session, *, campaign_id: UUID) -> dict[str, int]:
    """Return how many deliveries of a campaign are in each state; every state is named."""
    rows = session.execute(
        select(Delivery.state, func.count()).where(Delivery.campaign_id == campaign_id).group_by(Delivery.state)
    )
    return {**dict.fromkeys(STATES, 0), **dict(rows.all())}
