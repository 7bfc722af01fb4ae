"""Notifications' API: write a campaign, see whom it means, launch it, read who got it. The same deeds as the desk's."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from services.notifications.actions.campaigns import (
    choose_audience,
    create_campaign,
    rewrite_campaign,
    writable_campaign,
)
from services.notifications.actions.launches import (
    cancel_campaign,
    launch_campaign,
    pause_campaign,
    recall_launch,
    resume_campaign,
)
from services.notifications.actions.resending import send_again
from services.notifications.errors import (
    AudienceChanged,
    AudienceEmpty,
    AudienceNotChosen,
    CampaignAlreadyLaunched,
    CampaignIncomplete,
    CampaignNotSending,
    CampaignUnknown,
    MailHasLeft,
    PublicationNotAskable,
    SecondPersonNeeded,
    TopicUnknown,
    UnknownPlaceholders,
)
from services.notifications.queries.audience import audience_size
from services.notifications.queries.campaigns import (
    campaign_of,
    campaigns_of,
    tally,
    texts_of,
    topics,
    written_version,
)
from services.notifications.queries.deliveries import ledger_of
from services.notifications.routes.api.payloads import (
    AgainAnswer,
    AgainWanted,
    AudienceAnswer,
    CampaignAnswer,
    CampaignDetail,
    CampaignList,
    CampaignState,
    CampaignWanted,
    DeliveriesWanted,
    DeliveryAnswer,
    DeliveryList,
    LaunchWanted,
    TopicAnswer,
    TopicList,
)
from services.notifications.routes.desk.launches import APPROVERS
from services.notifications.rules.audience import rule_in
from services.notifications.settings import NotificationsSettings
from shared.deeds import Deed
from shared.editions import KnownEdition, edition_at
from shared.versions import require_version
from shared.web.api.declaring import Api
from shared.web.door.identity import SignedIn

api = Api("notifications", edition_at=edition_at)
blueprint = api.blueprint

CAMPAIGNS: Final = "/editions/<edition_slug>/campaigns"
CAMPAIGN: Final = f"{CAMPAIGNS}/<uuid:campaign_id>"


@api.get("/topics", scope="campaigns:read", anywhere=True)
def list_topics(session: Session) -> TopicList:
    """List what campaigns may be about."""
    return TopicList(items=[TopicAnswer.model_validate(topic) for topic in topics(session)])


@api.get(CAMPAIGNS, scope="campaigns:read")
def list_campaigns(session: Session, edition: KnownEdition) -> CampaignList:
    """List an edition's campaigns."""
    return CampaignList(items=[CampaignAnswer.of(line) for line in campaigns_of(session, edition_id=edition.id)])


@api.get(CAMPAIGN, scope="campaigns:read", refuses=(CampaignUnknown,))
def read_campaign(session: Session, edition: KnownEdition, campaign_id: UUID) -> CampaignDetail:
    """Read a campaign: its texts, its rule, and how its deliveries stand."""
    campaign = campaign_of(session, campaign_id=campaign_id, edition_id=edition.id)
    texts = texts_of(session, campaign_id=campaign_id)
    return CampaignDetail.of(campaign, texts, tally(session, campaign_id=campaign_id))


@api.post(CAMPAIGNS, scope="campaigns:write", refuses=(TopicUnknown, UnknownPlaceholders, PublicationNotAskable))
def write_campaign(
    session: Session, edition: KnownEdition, wanted: CampaignWanted, by: SignedIn, now: datetime
) -> CampaignState:
    """Write a campaign as a draft. Nobody gets anything."""
    if wanted.topic_id not in {topic.id for topic in topics(session)}:
        raise TopicUnknown
    campaign = create_campaign(
        session,
        edition_id=edition.id,
        topic_id=wanted.topic_id,
        name=wanted.name,
        deed=Deed(by.person_id, now),
    )
    session.flush()  # the deeds below look the campaign up
    rewrite_campaign(
        session,
        campaign_id=campaign.id,
        edition_id=edition.id,
        name=wanted.name,
        topic_id=wanted.topic_id,
        texts={locale: words.said() for locale, words in wanted.texts.items()},
        deed=Deed(by.person_id, now),
    )
    if wanted.audience is not None:
        choose_audience(
            session, campaign_id=campaign.id, edition_id=edition.id, rule=wanted.audience, deed=Deed(by.person_id, now)
        )
    return CampaignState.of(campaign)


@api.put(
    CAMPAIGN,
    scope="campaigns:write",
    refuses=(CampaignUnknown, CampaignAlreadyLaunched, TopicUnknown, UnknownPlaceholders, PublicationNotAskable),
)
def replace_campaign(
    session: Session,
    edition: KnownEdition,
    *,
    campaign_id: UUID,
    wanted: CampaignWanted,
    by: SignedIn,
    now: datetime,
    seen: str,
) -> CampaignDetail:
    """Replace what a campaign says and whom it is for, as long as it is what was read and nobody launched it."""
    if wanted.topic_id not in {topic.id for topic in topics(session)}:
        raise TopicUnknown
    campaign = writable_campaign(session, campaign_id=campaign_id, edition_id=edition.id)
    require_version(seen, written_version(campaign, texts_of(session, campaign_id=campaign_id)))
    deed = Deed(by.person_id, now)
    rewrite_campaign(
        session,
        campaign_id=campaign_id,
        edition_id=edition.id,
        name=wanted.name,
        topic_id=wanted.topic_id,
        texts={locale: words.said() for locale, words in wanted.texts.items()},
        deed=deed,
    )
    choose_audience(session, campaign_id=campaign_id, edition_id=edition.id, rule=wanted.audience, deed=deed)
    session.flush()  # the answer is read back
    return CampaignDetail.of(
        campaign, texts_of(session, campaign_id=campaign_id), tally(session, campaign_id=campaign_id)
    )


@api.get(f"{CAMPAIGN}/audience", scope="campaigns:read", refuses=(CampaignUnknown,))
def count_audience(session: Session, edition: KnownEdition, campaign_id: UUID, now: datetime) -> AudienceAnswer:
    """Count whom the rule means at this moment; launching asks for this number."""
    campaign = campaign_of(session, campaign_id=campaign_id, edition_id=edition.id)
    rule = rule_in(campaign.audience)
    size = audience_size(session, rule=rule, edition_id=edition.id, topic_id=campaign.topic_id, now=now)
    return AudienceAnswer(total=size.total, by_locale=size.by_locale, opted_out=size.opted_out)


@api.post(
    f"{CAMPAIGN}/launch",
    scope="campaigns:launch",
    status=200,
    refuses=(
        CampaignUnknown,
        CampaignAlreadyLaunched,
        CampaignIncomplete,
        AudienceNotChosen,
        AudienceEmpty,
        AudienceChanged,
        SecondPersonNeeded,
    ),
)
def launch_now(
    session: Session,
    edition: KnownEdition,
    *,
    campaign_id: UUID,
    wanted: LaunchWanted,
    by: SignedIn,
    now: datetime,
    settings: NotificationsSettings,
) -> CampaignState:
    """Launch, or ask for a second person where the audience is large; that person launches again."""
    campaign = launch_campaign(
        session,
        campaign_id=campaign_id,
        edition_id=edition.id,
        confirmed=wanted.confirmed,
        approval_above=settings.approval_above,
        deed=Deed(by.person_id, now),
        may_approve=by.holds_in(edition.slug, *APPROVERS),
        recall=timedelta(seconds=settings.recall_seconds),
    )
    return CampaignState.of(campaign)


@api.post(f"{CAMPAIGN}/recall", scope="campaigns:launch", status=200, refuses=(CampaignUnknown, MailHasLeft))
def recall(session: Session, edition: KnownEdition, campaign_id: UUID, by: SignedIn, now: datetime) -> CampaignState:
    """Take a launch back before the first mail has left; the campaign is a draft again."""
    recall_launch(session, campaign_id=campaign_id, edition_id=edition.id, deed=Deed(by.person_id, now))
    return CampaignState.of(campaign_of(session, campaign_id=campaign_id, edition_id=edition.id))


@api.post(f"{CAMPAIGN}/pause", scope="campaigns:launch", status=200, refuses=(CampaignUnknown, CampaignNotSending))
def pause_sending(
    session: Session, edition: KnownEdition, campaign_id: UUID, by: SignedIn, now: datetime
) -> CampaignState:
    """Send nothing more until resumed."""
    pause_campaign(session, campaign_id=campaign_id, edition_id=edition.id, deed=Deed(by.person_id, now))
    return CampaignState.of(campaign_of(session, campaign_id=campaign_id, edition_id=edition.id))


@api.post(f"{CAMPAIGN}/resume", scope="campaigns:launch", status=200, refuses=(CampaignUnknown, CampaignNotSending))
def resume_sending(
    session: Session, edition: KnownEdition, campaign_id: UUID, by: SignedIn, now: datetime
) -> CampaignState:
    """Go on where it stopped."""
    resume_campaign(session, campaign_id=campaign_id, edition_id=edition.id, deed=Deed(by.person_id, now))
    return CampaignState.of(campaign_of(session, campaign_id=campaign_id, edition_id=edition.id))


@api.post(f"{CAMPAIGN}/cancel", scope="campaigns:launch", status=200, refuses=(CampaignUnknown, CampaignNotSending))
def cancel_sending(
    session: Session, edition: KnownEdition, campaign_id: UUID, by: SignedIn, now: datetime
) -> CampaignState:
    """Stop for good: who has not got it will not get it."""
    cancel_campaign(session, campaign_id=campaign_id, edition_id=edition.id, deed=Deed(by.person_id, now))
    return CampaignState.of(campaign_of(session, campaign_id=campaign_id, edition_id=edition.id))


@api.post(
    f"{CAMPAIGN}/deliveries/again", scope="campaigns:launch", status=200, refuses=(CampaignUnknown, CampaignNotSending)
)
def send_deliveries_again(
    session: Session, edition: KnownEdition, *, campaign_id: UUID, wanted: AgainWanted, by: SignedIn, now: datetime
) -> AgainAnswer:
    """Send once more to named people whose mail failed or is uncertain; each keeps the one delivery."""
    count = send_again(
        session,
        campaign_id=campaign_id,
        edition_id=edition.id,
        delivery_ids=wanted.deliveries,
        deed=Deed(by.person_id, now),
    )
    return AgainAnswer(sent_again=count)


@api.get(f"{CAMPAIGN}/deliveries", scope="campaigns:read", refuses=(CampaignUnknown,))
def list_deliveries(
    session: Session, edition: KnownEdition, campaign_id: UUID, query: DeliveriesWanted
) -> DeliveryList:
    """List who got the campaign and who did not, in the order of ids."""
    campaign_of(session, campaign_id=campaign_id, edition_id=edition.id)
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
