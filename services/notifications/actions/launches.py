"""Sending a campaign off, and holding it back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import case, delete, func, insert, literal, or_, select, text, update
from sqlalchemy.orm import Session

from services.notifications.actions.campaigns import locked_campaign, writable_campaign
from services.notifications.actions.deliveries import call_back
from services.notifications.actions.notices import CAMPAIGN_QUEUE
from services.notifications.actions.wording import agree_on_words
from services.notifications.errors import (
    AudienceChanged,
    AudienceEmpty,
    AudienceNotChosen,
    CampaignIncomplete,
    CampaignNotSending,
    MailHasLeft,
    SecondPersonNeeded,
)
from services.notifications.queries.audience import audience_size, members_to_freeze
from services.notifications.queries.campaigns import texts_of
from services.notifications.rules.audience import AudienceRule, rule_in, text_locale
from services.notifications.rules.campaigns import CAMPAIGN
from services.notifications.rules.texts import LOCALES, half_written
from shared.history import Deed, move, note
from shared.outbox import ring_after_commit
from shared.schema.notifications.campaigns import Campaign
from shared.schema.notifications.deliveries import Delivery

TAKEN_OUT: Final = "taken_out"
"""Why a delivery is not sent whose person somebody took out of the campaign by name."""


def launch_campaign(
    session: Session,
    *,
    campaign_id: UUID,
    edition_id: UUID,
    confirmed: int,
    approval_above: int,
    may_approve: bool,
    deed: Deed,
    recall: timedelta = timedelta(0),
) -> Campaign:
    """Freeze the audience and begin to send, or ask for a second person when it is larger than ``approval_above``.

    ``confirmed`` is the number of people that was shown; when the rule means another number by now, AudienceChanged.
    Somebody who may approve, other than the writer and the one who asked, approves by launching again; else
    SecondPersonNeeded. The first mail leaves once ``recall`` is over; until then :func:`recall_launch` takes it back.
    Pressed twice by the same person it is done once and answered alike.
    """
    campaign = locked_campaign(session, campaign_id=campaign_id, edition_id=edition_id)
    if _was_pressed_before(campaign, confirmed=confirmed, by=deed.by):
        return campaign
    campaign = writable_campaign(session, campaign_id=campaign_id, edition_id=edition_id)
    rule = rule_in(campaign.audience)
    if rule is None:
        raise AudienceNotChosen
    texts = texts_of(session, campaign_id=campaign_id)
    missing = half_written(texts)
    if not texts or missing:
        raise CampaignIncomplete(errors=dict.fromkeys(missing, ""))
    total = audience_size(session, rule=rule, edition_id=edition_id, topic_id=campaign.topic_id, now=deed.at).total
    if total == 0:
        raise AudienceEmpty
    if total != confirmed:
        raise AudienceChanged
    if total > approval_above:
        if campaign.state == "draft":
            asked: dict[str, Any] = {"submitted_by": deed.by, "submitted_at": deed.at, "updated_at": deed.at}
            move(session, CAMPAIGN, [campaign_id], "awaiting_approval", deed, **asked)
            session.refresh(campaign)
            return campaign
        if not may_approve or deed.by in {campaign.written_by, campaign.submitted_by}:
            raise SecondPersonNeeded
    leaves_at = deed.at + recall
    launched: dict[str, Any] = {"launched_by": deed.by, "launched_at": deed.at, "updated_at": deed.at}
    move(session, CAMPAIGN, [campaign_id], "sending", deed, leaves_at=leaves_at, **launched)
    agree_on_words(session, campaign_id=campaign_id)
    session.refresh(campaign)
    campaign.audience_size = freeze_audience(
        session, campaign=campaign, rule=rule, written=sorted(texts), now=deed.at, rest=recall
    )
    ring_after_commit(session, (CAMPAIGN_QUEUE,))
    return campaign


def _was_pressed_before(campaign: Campaign, *, confirmed: int, by: UUID | None) -> bool:
    if campaign.state in {"sending", "finished"}:
        return campaign.launched_by == by and campaign.audience_size == confirmed
    return campaign.state == "awaiting_approval" and campaign.submitted_by == by


def freeze_audience(
    session: Session,
    *,
    campaign: Campaign,
    rule: AudienceRule,
    written: list[str],
    now: datetime,
    rest: timedelta = timedelta(0),
) -> int:
    """Turn the rule into one delivery per person, due after ``rest``, in one statement; return how many."""
    people = members_to_freeze(rule, edition_id=campaign.edition_id, now=now).subquery()
    language = case(
        {locale: text_locale(locale, written) for locale in LOCALES},
        value=people.c.locale,
        else_=text_locale("", written),
    )
    rows = select(
        func.gen_random_uuid(),
        literal(campaign.id),
        people.c.person_id,
        literal(campaign.edition_id),
        literal("campaign"),
        people.c.email,
        people.c.name,
        people.c.words,
        people.c.words_es,
        language,
        func.jsonb_build_object("name", people.c.called, "country", people.c.country),
        func.now() + rest,
        literal(now),
    )
    columns = (
        "id",
        "campaign_id",
        "person_id",
        "edition_id",
        "kind",
        "address",
        "addressee",
        "words",
        "words_es",
        "locale",
        "fields",
        "not_before",
        "created_at",
    )
    frozen = session.execute(
        insert(Delivery).from_select(columns, rows, include_defaults=False),
        execution_options={"preserve_rowcount": True},
    )
    return int(frozen.rowcount)  # type: ignore[attr-defined]


def recall_launch(session: Session, *, campaign_id: UUID, edition_id: UUID, deed: Deed) -> int:
    """Take a launch back before its first mail: the campaign is a draft again, and nobody is in the ledger.

    Return for how many people. Refuses with MailHasLeft once a single mail is or was on its way, whatever the clock
    says: deliveries that a sender holds are not deleted, and a missing one gives the deed up as a whole.
    """
    campaign = locked_campaign(session, campaign_id=campaign_id, edition_id=edition_id)
    if campaign.state != "sending":
        raise MailHasLeft
    untouched = delete(Delivery).where(
        Delivery.campaign_id == campaign_id,
        or_(Delivery.state == "queued", Delivery.reason == TAKEN_OUT),
        Delivery.attempts == 0,
    )
    gone = session.execute(untouched, execution_options={"preserve_rowcount": True}).rowcount  # type: ignore[attr-defined]
    if gone != campaign.audience_size:
        raise MailHasLeft
    nothing: dict[str, Any] = dict.fromkeys(("launched_by", "launched_at", "leaves_at", "submitted_by", "submitted_at"))
    move(session, CAMPAIGN, [campaign_id], "draft", deed, audience_size=0, updated_at=deed.at, **nothing)
    session.expire(campaign)
    return int(gone)


def take_out_of_campaign(
    session: Session, *, campaign_id: UUID, edition_id: UUID, delivery_ids: Sequence[UUID], deed: Deed
) -> int:
    """Send a campaign to some people no more who wait for it; they stay in the ledger, as taken out. Return how many.

    Whoever has got it, or is getting it at this moment, is left as he is.
    """
    campaign = locked_campaign(session, campaign_id=campaign_id, edition_id=edition_id)
    if campaign.state not in {"sending", "paused"}:
        raise CampaignNotSending
    taken = session.execute(
        update(Delivery)
        .where(Delivery.campaign_id == campaign_id, Delivery.id.in_(delivery_ids))
        .where(Delivery.state.in_(("queued", "deferred")))
        .values(state="suppressed", reason=TAKEN_OUT, settled_at=func.now())
        .execution_options(synchronize_session=False, preserve_rowcount=True)
    )
    count = int(taken.rowcount)  # type: ignore[attr-defined]
    if count:
        note(session, CAMPAIGN.noun, campaign_id, deed, what="reduced", edition_id=edition_id)
    return count


def pause_campaign(session: Session, *, campaign_id: UUID, edition_id: UUID, deed: Deed) -> None:
    """Begin nothing more of a campaign. A mail that is on the wire at this moment still arrives: one a connection."""
    _step(session, campaign_id, edition_id, deed, allowed=("sending",), after="paused")
    call_back(session, campaign_id=campaign_id)


def resume_campaign(session: Session, *, campaign_id: UUID, edition_id: UUID, deed: Deed) -> None:
    """Go on where a campaign stopped: it was paused, or its words had changed; they are agreed on by this."""
    campaign = locked_campaign(session, campaign_id=campaign_id, edition_id=edition_id)
    if campaign.state != "sending" or not campaign.words_changed:
        _step(session, campaign_id, edition_id, deed, allowed=("paused",), after="sending")
    agree_on_words(session, campaign_id=campaign_id)
    ring_after_commit(session, (CAMPAIGN_QUEUE,))


def cancel_campaign(session: Session, *, campaign_id: UUID, edition_id: UUID, deed: Deed) -> int:
    """Stop a campaign for good; return how many people do not get it now. Who got it is not changed."""
    _step(session, campaign_id, edition_id, deed, allowed=("sending", "paused"), after="cancelled", finished_at=deed.at)
    call_back(session, campaign_id=campaign_id)
    withdraw_cancelled(session, now=deed.at)
    return session.execute(
        select(func.count())
        .select_from(Delivery)
        .where(Delivery.campaign_id == campaign_id, Delivery.state == "suppressed", Delivery.reason == "cancelled")
    ).scalar_one()


_WITHDRAW = text("""
UPDATE notifications.delivery d SET state = 'suppressed', reason = 'cancelled', settled_at = :now
FROM notifications.campaign c
WHERE c.id = d.campaign_id AND c.state = 'cancelled' AND d.state IN ('queued', 'deferred')""")


def withdraw_cancelled(session: Session, *, now: datetime) -> int:
    """Suppress what cancelled campaigns still have in the queue, such as what a sender gave back later."""
    return int(session.execute(_WITHDRAW, {"now": now}).rowcount)  # type: ignore[attr-defined]


def finish_campaigns(session: Session, *, now: datetime) -> int:
    """Close every campaign that has nothing left to send; return how many."""
    open_ = select(Delivery.id).where(
        Delivery.campaign_id == Campaign.id, Delivery.state.in_(("queued", "sending", "deferred"))
    )
    done = session.scalars(
        select(Campaign.id)
        .where(Campaign.state == "sending", ~open_.exists())
        .order_by(Campaign.id)
        .with_for_update(skip_locked=True)
    ).all()
    move(session, CAMPAIGN, done, "finished", Deed(None, now), finished_at=now, updated_at=now)
    return len(done)


def _step(
    session: Session,
    campaign_id: UUID,
    edition_id: UUID,
    deed: Deed,
    *,
    allowed: tuple[str, ...],
    after: str,
    **values: Any,
) -> None:
    campaign = locked_campaign(session, campaign_id=campaign_id, edition_id=edition_id)
    if campaign.state == after:
        return  # pressed twice
    if campaign.state not in allowed:
        raise CampaignNotSending
    move(session, CAMPAIGN, [campaign_id], after, deed, updated_at=deed.at, **values)
    session.expire(campaign)
