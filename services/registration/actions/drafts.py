"""Applications that were typed and never proved: whoever typed them did not follow the link in the mail."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from shared.retention import delete_with_facts
from shared.schema.registration import Application

UNPROVED_LASTS: Final = timedelta(days=30)
"""Ten times as long as the link that proves it: time enough to ask the organiser what became of it."""


def prune_unproved(session: Session, *, now: datetime, limit: int) -> int:
    """Delete at most ``limit`` drafts nobody proved, and what is told of them; return how many drafts.

    One that somebody has still to hear of stays until it was heard.
    """
    due = (Application.state == "draft", Application.updated_at < now - UNPROVED_LASTS)
    return delete_with_facts(session, Application, *due, limit=limit)
