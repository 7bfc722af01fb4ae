"""Notifications' API: write a campaign, see whom it means, launch it, read who got it. The same deeds as the desk's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from services.notifications.actions.campaigns import choose_audience, create_campaign, rewrite_campaign
from services.notifications.actions.launches import cancel_campaign, launch_campaign, pause_campaign, resume_campaign
from services.notifications.errors import NoSuchEdition, NoSuchTopic
from services.notifications.queries.audience import audience_size
from services.notifications.queries.campaigns import campaign_of, campaigns_of, tally, texts_of, topics
from services.notifications.queries.deliveries import ledger_of
from services.notifications.queries.recipients import edition_by_slug
from services.notifications.routes.api.payloads import (
    AudienceAnswer,
    CampaignAnswer,
    CampaignDetail,
    CampaignList,
    CampaignWanted,
    DeliveriesWanted,
    DeliveryAnswer,
    DeliveryList,
    LaunchWanted,
    StateAnswer,
    TopicAnswer,
    TopicList,
)
from services.notifications.routes.desk.launches import APPROVERS, approval_above
from services.notifications.rules.audience import AudienceRule
from shared.clock import now
from shared.web.api.declaring import Api, answer_once
from shared.web.door.identity import actor_id, current_person
from shared.web.door.tools import tools

api = Api("notifications")
blueprint = api.blueprint

CAMPAIGN: Final = "/editions/<edition_slug>/campaigns/<uuid:campaign_id>"


def _edition_id(session: Session, slug: str) -> UUID:
    edition = edition_by_slug(session, slug=slug)
    if edition is None:
        raise NoSuchEdition
    return edition.id


@api.get("/topics", scope="campaigns:read", answer=TopicList)
def list_topics() -> TopicList:
    """List what campaigns may be about."""
    with tools().database.reading() as session:
        return TopicList(items=[TopicAnswer.model_validate(topic) for topic in topics(session)])


@api.get("/editions/<edition_slug>/campaigns", scope="campaigns:read", answer=CampaignList)
def list_campaigns(edition_slug: str) -> CampaignList:
    """List an edition's campaigns."""
    with tools().database.reading() as session:
        edition_id = _edition_id(session, edition_slug)
        return CampaignList(items=[CampaignAnswer.of(line) for line in campaigns_of(session, edition_id=edition_id)])


@api.get(CAMPAIGN, scope="campaigns:read", answer=CampaignDetail)
def read_campaign(edition_slug: str, campaign_id: UUID) -> CampaignDetail:
    """Read a campaign: its texts, its rule, and how its deliveries stand."""
    with tools().database.reading() as session:
        campaign = campaign_of(session, campaign_id=campaign_id, edition_id=_edition_id(session, edition_slug))
        texts = texts_of(session, campaign_id=campaign_id)
        return CampaignDetail.of(campaign, texts, tally(session, campaign_id=campaign_id))


@api.post("/editions/<edition_slug>/campaigns", scope="campaigns:write", answer=StateAnswer)
def write_campaign(edition_slug: str, json: CampaignWanted) -> Response:
    """Write a campaign as a draft. Nobody gets anything."""
    with tools().database.transaction() as session:

        def deed() -> tuple[StateAnswer, int]:
            edition_id = _edition_id(session, edition_slug)
            if json.topic_id not in {topic.id for topic in topics(session)}:
                raise NoSuchTopic
            campaign = create_campaign(
                session,
                edition_id=edition_id,
                topic_id=json.topic_id,
                name=json.name,
                actor_id=actor_id(),
                now=now(),
            )
            session.flush()  # the deeds below look the campaign up
            rewrite_campaign(
                session,
                campaign_id=campaign.id,
                edition_id=edition_id,
                name=json.name,
                topic_id=json.topic_id,
                texts={locale: words.said() for locale, words in json.texts.items()},
                actor_id=actor_id(),
                now=now(),
            )
            choose_audience(session, campaign_id=campaign.id, edition_id=edition_id, rule=json.audience, now=now())
            return StateAnswer(id=campaign.id, state=campaign.state, audience_size=0), 201

        return answer_once(session, deed)


@api.get(f"{CAMPAIGN}/audience", scope="campaigns:read", answer=AudienceAnswer)
def count_audience(edition_slug: str, campaign_id: UUID) -> AudienceAnswer:
    """Count whom the rule means at this moment; launching asks for this number."""
    with tools().database.reading() as session:
        edition_id = _edition_id(session, edition_slug)
        campaign = campaign_of(session, campaign_id=campaign_id, edition_id=edition_id)
        rule = AudienceRule.model_validate(campaign.audience)
        size = audience_size(session, rule=rule, edition_id=edition_id, topic_id=campaign.topic_id, now=now())
        return AudienceAnswer(total=size.total, by_locale=size.by_locale, opted_out=size.opted_out)


@api.post(f"{CAMPAIGN}/launch", scope="campaigns:launch", answer=StateAnswer, status=200)
def launch_now(edition_slug: str, campaign_id: UUID, json: LaunchWanted) -> Response:
    """Launch, or ask for a second person where the audience is large; that person launches again."""
    with tools().database.transaction() as session:

        def deed() -> tuple[StateAnswer, int]:
            campaign = launch_campaign(
                session,
                campaign_id=campaign_id,
                edition_id=_edition_id(session, edition_slug),
                confirmed=json.confirmed,
                approval_above=approval_above(),
                actor_id=actor_id(),
                may_approve=current_person().holds_in(edition_slug, *APPROVERS),
                now=now(),
            )
            return StateAnswer(id=campaign.id, state=campaign.state, audience_size=campaign.audience_size), 200

        return answer_once(session, deed)


@api.post(f"{CAMPAIGN}/pause", scope="campaigns:launch", answer=StateAnswer, status=200)
def pause_sending(edition_slug: str, campaign_id: UUID) -> Response:
    """Send nothing more until resumed."""
    return _step(edition_slug, campaign_id, pause_campaign)


@api.post(f"{CAMPAIGN}/resume", scope="campaigns:launch", answer=StateAnswer, status=200)
def resume_sending(edition_slug: str, campaign_id: UUID) -> Response:
    """Go on where it stopped."""
    return _step(edition_slug, campaign_id, resume_campaign)


@api.post(f"{CAMPAIGN}/cancel", scope="campaigns:launch", answer=StateAnswer, status=200)
def cancel_sending(edition_slug: str, campaign_id: UUID) -> Response:
    """Stop for good: who has not got it will not get it."""
    return _step(edition_slug, campaign_id, cancel_campaign)


def _step(edition_slug: str, campaign_id: UUID, deed_of: Callable[..., object]) -> Response:
    with tools().database.transaction() as session:

        def deed() -> tuple[StateAnswer, int]:
            edition_id = _edition_id(session, edition_slug)
            deed_of(session, campaign_id=campaign_id, edition_id=edition_id, now=now())
            campaign = campaign_of(session, campaign_id=campaign_id, edition_id=edition_id)
            return StateAnswer(id=campaign.id, state=campaign.state, audience_size=campaign.audience_size), 200

        return answer_once(session, deed)


@api.get(f"{CAMPAIGN}/deliveries", scope="campaigns:read", answer=DeliveryList)
def list_deliveries(edition_slug: str, campaign_id: UUID, query: DeliveriesWanted) -> DeliveryList:
    """List who got the campaign and who did not, in the order of ids."""
    with tools().database.reading() as session:
        campaign_of(session, campaign_id=campaign_id, edition_id=_edition_id(session, edition_slug))
        rows = ledger_of(
            session,
            campaign_id=campaign_id,
            states=[query.state] if query.state else (),
            after=query.after,
            limit=query.limit,
        )
        full = len(rows) == query.limit
        return DeliveryList(
            items=[DeliveryAnswer.model_validate(row) for row in rows], next_after=rows[-1].id if full else None
        )
