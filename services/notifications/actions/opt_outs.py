from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.deeds import Deed
from shared.facts.notifications import OptedOut
from shared.outbox import record
from shared.schema.notifications.topics import OptOut

Source = Literal["one_click", "page", "desk", "mail"]


def opt_out(session: Session, *, person_id: UUID, topic_id: UUID, source: Source, now: datetime) -> None:
    """Let a person get no more campaigns on a topic, from the next claim on. A second time changes nothing."""
    made = session.execute(
        insert(OptOut)
        .values(person_id=person_id, topic_id=topic_id, source=source, opted_out_at=now)
        .on_conflict_do_nothing()
        .returning(OptOut.person_id)
    )
    if made.first():
        record(session, OptedOut(person_id=person_id, topic_id=topic_id), Deed(person_id, now))


def opt_in(session: Session, *, person_id: UUID, topic_id: UUID) -> None:
    """Let a person get campaigns on a topic again."""
    session.execute(delete(OptOut).where(OptOut.person_id == person_id, OptOut.topic_id == topic_id))
