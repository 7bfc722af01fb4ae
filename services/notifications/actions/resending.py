"""Sending once more what failed, came back or is in doubt: by name, because somebody decided so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.notifications.actions.campaigns import locked_campaign
from services.notifications.actions.deliveries import trust_again
from services.notifications.actions.notices import CAMPAIGN_QUEUE
from services.notifications.errors import CampaignNotSending, LedgerChanged
from services.notifications.queries.reconciliation import ids_in
from services.notifications.rules.campaigns import CAMPAIGN
from shared.deeds import Deed
from shared.facts.notifications import DeliveriesSentAgain
from shared.history import move
from shared.outbox import record, ring_after_commit

AGAIN: Final = ("failed", "uncertain", "bounced")
_QUEUE: Final = text("""
UPDATE notifications.delivery SET state = 'queued', reason = NULL, settled_at = NULL, attempts = 0,
    first_tried_at = NULL, not_before = now()
WHERE campaign_id = :campaign_id AND id = ANY(:ids) AND state = ANY(:again)""")


def send_again(
    session: Session,
    *,
    campaign_id: UUID,
    edition_id: UUID,
    delivery_ids: Sequence[UUID],
    deed: Deed,
) -> int:
    """Queue the failed, the bounced and the doubtful among ``delivery_ids`` anew, each on its own row; return how many.

    Others are left as they are, so a second call changes nothing. Their addresses are trusted again. A finished
    campaign is being sent again; a paused one stays paused, and a cancelled one is refused with CampaignNotSending.
    """
    campaign = locked_campaign(session, campaign_id=campaign_id, edition_id=edition_id)
    if campaign.state not in {"sending", "paused", "finished"}:
        raise CampaignNotSending
    ids = list(delivery_ids)
    result = session.execute(_QUEUE, {"campaign_id": campaign_id, "ids": ids, "again": list(AGAIN)})
    count = int(result.rowcount)  # type: ignore[attr-defined]
    if count:
        trust_again(session, delivery_ids=ids, reasons=("refused", "bounced"))
        if campaign.state == "finished":
            move(session, CAMPAIGN, [campaign_id], "sending", deed, finished_at=None, updated_at=deed.at)
        fact = DeliveriesSentAgain(campaign_id=campaign_id, edition_id=edition_id, deliveries=count)
        record(session, fact, deed)
        ring_after_commit(session, (CAMPAIGN_QUEUE,))
    return count


def send_again_to_all(
    session: Session, *, campaign_id: UUID, edition_id: UUID, state: str, confirmed: int, deed: Deed
) -> int:
    """Queue everybody in ``state`` anew, as :func:`send_again` does, if they are as many as ``confirmed``.

    Otherwise refuses with LedgerChanged; a state that is not sent again has nobody.
    """
    locked_campaign(session, campaign_id=campaign_id, edition_id=edition_id)
    ids = ids_in(session, campaign_id=campaign_id, states=[state]) if state in AGAIN else []
    if len(ids) != confirmed:
        raise LedgerChanged
    return send_again(session, campaign_id=campaign_id, edition_id=edition_id, delivery_ids=ids, deed=deed)
