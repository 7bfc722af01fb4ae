"""Stops a campaign whose mails come back, before somebody else's patience ends."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.notifications.actions.launches import pause_campaign
from services.notifications.rules.brakes import is_too_much
from shared.deeds import Deed

_AT_WORK: Final = text("""
SELECT edition_id FROM notifications.campaign WHERE id = :id AND state = 'sending' FOR UPDATE SKIP LOCKED""")

_HOW_MANY: Final = text("""
SELECT count(*) FILTER (WHERE reason = 'bounced' OR (state = 'failed' AND reason IS NULL)) AS dead, count(*) AS tried
FROM notifications.delivery
WHERE campaign_id = :id AND state IN ('sent', 'failed', 'bounced', 'complained', 'uncertain')
    AND settled_at >= (SELECT max(at) FROM outbox.fact WHERE subject_id = :id AND after = 'sending')""")
"""Since somebody said last that it should be sent: whoever resumes has seen what came back before."""


def brake(session: Session, *, campaign_id: UUID, now: datetime) -> bool:
    """Pause a campaign that is being sent when too many of its mails do not find anybody; return whether it was."""
    edition_id = session.execute(_AT_WORK, {"id": campaign_id}).scalar()
    if edition_id is None:
        return False
    found = session.execute(_HOW_MANY, {"id": campaign_id}).one()
    if not is_too_much(dead=found.dead, tried=found.tried):
        return False
    pause_campaign(session, campaign_id=campaign_id, edition_id=edition_id, deed=Deed(None, now))
    return True
