"""Writing a campaign: nothing here reaches anybody."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID, uuid5

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from services.notifications.errors import CampaignAlreadyLaunched, CampaignUnknown, UnknownPlaceholders
from services.notifications.queries.audience import require_askable
from services.notifications.queries.campaigns import texts_of
from services.notifications.rules.audience import AudienceRule
from services.notifications.rules.campaigns import CAMPAIGN
from services.notifications.rules.texts import Said, as_fields, unknown_names
from shared.history import Deed, begin, move, note, remove
from shared.schema.base import new_id
from shared.schema.notifications.campaigns import Campaign, CampaignText
from shared.versions import require_version, version_of

WRITABLE = ("draft", "awaiting_approval")


def create_campaign(
    session: Session, *, edition_id: UUID, topic_id: UUID, name: str, deed: Deed, key: UUID | None = None
) -> Campaign:
    """Begin a campaign as a draft; whom it is for is not chosen yet.

    The same ``key`` with the same words is the same campaign.
    """
    campaign_id = uuid5(key, f"{edition_id} {topic_id} {name}") if key else new_id()
    if key:
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(campaign_id), 0))))
        begun_before = session.get(Campaign, campaign_id)
        if begun_before is not None:
            return begun_before
    row = {
        "id": campaign_id,
        "edition_id": edition_id,
        "topic_id": topic_id,
        "name": name,
        "audience": {},
        "audience_size": 0,
        "written_by": deed.by,
        "created_at": deed.at,
        "updated_at": deed.at,
    }
    begin(session, CAMPAIGN, "draft", deed, [row])
    return session.get_one(Campaign, campaign_id)


def locked_campaign(session: Session, *, campaign_id: UUID, edition_id: UUID) -> Campaign:
    """Return a campaign of that edition, locked until the transaction ends; else refuse with CampaignUnknown."""
    campaign = session.execute(
        select(Campaign).where(Campaign.id == campaign_id, Campaign.edition_id == edition_id).with_for_update()
    ).scalar()
    if campaign is None:
        raise CampaignUnknown
    return campaign


def writable_campaign(session: Session, *, campaign_id: UUID, edition_id: UUID) -> Campaign:
    """Return a campaign that is not launched yet, locked; else refuse with CampaignAlreadyLaunched."""
    campaign = locked_campaign(session, campaign_id=campaign_id, edition_id=edition_id)
    if campaign.state not in WRITABLE:
        raise CampaignAlreadyLaunched
    return campaign


def rewrite_campaign(
    session: Session,
    *,
    campaign_id: UUID,
    edition_id: UUID,
    name: str,
    topic_id: UUID,
    texts: Mapping[str, Said],
    deed: Deed,
    seen: str = "",
) -> Campaign:
    """Replace what a campaign says; a language without any word is removed.

    Refused with ChangedMeanwhile when it does not say any more what it said in the version ``seen``.

    Refused with UnknownPlaceholders, by field. Whoever writes last is the writer: she cannot approve it. A request for
    approval is taken back, as it was for other words.
    """
    wrong = unknown_names(texts)
    if wrong:
        raise UnknownPlaceholders(errors=wrong)
    campaign = writable_campaign(session, campaign_id=campaign_id, edition_id=edition_id)
    said_now = as_fields(campaign.name, campaign.topic_id, texts_of(session, campaign_id=campaign_id))
    if said_now != as_fields(name, topic_id, texts):
        require_version(seen, version_of(said_now))
    campaign.name, campaign.topic_id = name, topic_id
    if deed.by is not None:
        campaign.written_by = deed.by
    _back_to_draft(session, campaign, deed)
    note(session, CAMPAIGN.noun, campaign_id, deed, what="written", edition_id=edition_id)
    session.execute(delete(CampaignText).where(CampaignText.campaign_id == campaign_id))
    session.add_all(
        CampaignText(
            campaign_id=campaign_id, locale=locale, subject=said.subject, preheader=said.preheader, body=said.body
        )
        for locale, said in texts.items()
        if not said.is_empty
    )
    return campaign


def choose_audience(
    session: Session, *, campaign_id: UUID, edition_id: UUID, rule: AudienceRule | None, deed: Deed, seen: str = ""
) -> Campaign:
    """Say whom a campaign is for, or with None that nobody is chosen.

    What became of another edition's publication is not this edition's to ask.

    Refused with ChangedMeanwhile when it is not for those any more whom it was for in the version ``seen``.
    """
    if rule is not None:
        require_askable(session, rule=rule, edition_id=edition_id)
    campaign = writable_campaign(session, campaign_id=campaign_id, edition_id=edition_id)
    wanted = rule.model_dump(mode="json") if rule else {}
    if campaign.audience != wanted:
        require_version(seen, version_of(campaign.audience))
    campaign.audience = wanted
    _back_to_draft(session, campaign, deed)
    note(session, CAMPAIGN.noun, campaign_id, deed, what="addressed", edition_id=edition_id)
    return campaign


def delete_draft(session: Session, *, campaign_id: UUID, edition_id: UUID, deed: Deed) -> None:
    """Throw a campaign away that was never launched."""
    campaign = writable_campaign(session, campaign_id=campaign_id, edition_id=edition_id)
    session.execute(delete(CampaignText).where(CampaignText.campaign_id == campaign_id))
    session.expunge(campaign)
    remove(session, CAMPAIGN, [campaign_id], "deleted", deed)


def _back_to_draft(session: Session, campaign: Campaign, deed: Deed) -> None:
    campaign.updated_at = deed.at
    if campaign.state == "awaiting_approval":
        move(session, CAMPAIGN, [campaign.id], "draft", deed, submitted_by=None, submitted_at=None)
        session.refresh(campaign)
