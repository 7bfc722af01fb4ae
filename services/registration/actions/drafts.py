"""Applications that were typed and never proved: whoever typed them did not follow the link in the mail."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from shared.schema.outbox.entries import Entry, FactRow
from shared.schema.registration import Application

UNPROVED_LASTS: Final = timedelta(days=30)
"""Ten times as long as the link that proves it: time enough to ask the organiser what became of it."""


def prune_unproved(session: Session, *, now: datetime, limit: int) -> int:
    """Delete at most ``limit`` drafts nobody proved, and what is told of them; return how many drafts.

    One that somebody has still to hear of stays until it was heard.
    """
    unheard = exists().where(Entry.fact_id == FactRow.id, FactRow.subject_id == Application.id, Entry.state != "done")
    old = session.scalars(
        select(Application.id)
        .where(Application.state == "draft", Application.updated_at < now - UNPROVED_LASTS, ~unheard)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    told = select(FactRow.id).where(FactRow.subject_id.in_(old))
    for gone in (
        delete(Entry).where(Entry.fact_id.in_(told)),
        delete(FactRow).where(FactRow.subject_id.in_(old)),
        delete(Application).where(Application.id.in_(old)),
    ):
        session.execute(gone, execution_options={"synchronize_session": False})
    return len(old)
