"""Loads what the demo shows of mail: topics, campaigns, and a month of mails that went out."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid5

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from services.notifications.actions.topics import ensure_topics
from services.notifications.demo.campaigns import DEMO, write_campaigns
from services.notifications.demo.mails import tell_past_mails
from shared.schema.base import new_id
from shared.schema.notifications import Campaign, Suppression
from shared.schema.people.published import HeldRole
from shared.schema.registration.published import PersonStanding

if TYPE_CHECKING:
    from datetime import datetime

    from shared.database import Database
    from shared.settings import Settings


def load(database: Database, settings: Settings, *, now: datetime) -> None:
    """Load the demo's mail, once; without an edition with accepted people only the topics."""
    del settings
    with database.transaction() as session:
        ensure_topics(session)
        session.execute(
            insert(Suppression)
            .values(id=new_id(), address="gone@example.org", covers="everything", reason="bounced", note="5.1.1")
            .on_conflict_do_nothing(constraint="uq_suppression_address")
        )
        edition_id = session.execute(
            select(PersonStanding.edition_id)
            .where(PersonStanding.accepted)
            .group_by(PersonStanding.edition_id)
            .order_by(func.count().desc())
            .limit(1)
        ).scalar()
        writer = session.execute(
            select(HeldRole.person_id)
            .where(HeldRole.name.in_(("writer", "organiser")))
            .order_by(HeldRole.name.desc())
            .limit(1)
        ).scalar()
        if edition_id is None or writer is None or session.get(Campaign, uuid5(DEMO, "sent")) is not None:
            return
        tell_past_mails(session)
        write_campaigns(session, edition_id=edition_id, writer=writer, now=now)
