"""Notices to addresses that nobody proved: a stranger's address is kept no longer than a complaint would take."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from shared.retention import delete_some
from shared.schema.notifications.deliveries import Delivery

UNPROVED_LASTS: Final = timedelta(days=30)


def prune_unproved_notices(session: Session, *, now: datetime, limit: int) -> int:
    """Delete at most ``limit`` notices to nobody known that were settled long ago; return how many."""
    due = (Delivery.person_id.is_(None), Delivery.settled_at < now - UNPROVED_LASTS)
    return delete_some(session, Delivery, *due, limit=limit)
