"""What a campaign says and where it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.notifications.rules.audience import text_locale
from services.notifications.rules.words import Words
from shared.schema.notifications.campaigns import Campaign, CampaignText
from shared.schema.notifications.deliveries import Delivery
from shared.schema.notifications.topics import Topic
from shared.schema.registration.editions import Edition

STATES = ("queued", "sending", "sent", "deferred", "failed", "suppressed", "uncertain")


def words_of(session: Session, *, campaign_id: UUID) -> dict[str, Words]:
    """Return a campaign's texts by language."""
    rows = session.execute(
        select(CampaignText, Edition.name, Edition.slug, Topic.name, Topic.slug)
        .join(Campaign, Campaign.id == CampaignText.campaign_id)
        .join(Edition, Edition.id == Campaign.edition_id)
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
            edition=in_language(edition, said.locale),
            edition_slug=edition_slug,
            topic=in_language(topic, said.locale),
            topic_slug=topic_slug,
        )
        for said, edition, edition_slug, topic, topic_slug in rows
    }


def in_language(texts: Mapping[str, str], locale: str) -> str:
    """Return the text for ``locale``, in English where that is missing, in whatever there is otherwise."""
    return texts[text_locale(locale, sorted(texts))] if texts else ""


def campaigns_being_sent(session: Session, *, now: datetime) -> Sequence[UUID]:
    """Return the campaigns that have mail to send now, the one launched first at the front."""
    due = (
        select(Delivery.id)
        .where(Delivery.campaign_id == Campaign.id)
        .where(Delivery.state.in_(("queued", "deferred")), Delivery.not_before <= now)
        .exists()
    )
    return (
        session.execute(select(Campaign.id).where(Campaign.state == "sending", due).order_by(Campaign.launched_at))
        .scalars()
        .all()
    )


def tally(session: Session, *, campaign_id: UUID) -> dict[str, int]:
    """Return how many deliveries of a campaign are in each state; every state is named."""
    rows = session.execute(
        select(Delivery.state, func.count()).where(Delivery.campaign_id == campaign_id).group_by(Delivery.state)
    )
    return {**dict.fromkeys(STATES, 0), **dict(rows.all())}
