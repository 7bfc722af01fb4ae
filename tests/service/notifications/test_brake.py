"""A campaign whose mails come back stops by itself, and goes on when somebody has looked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from services.notifications.actions.launches import resume_campaign
from shared.clock import now
from shared.deeds import Deed
from shared.schema.base import new_id
from tests.support.mail import arrange_campaign, carry_once
from tests.support.relay import running_relay
from tests.support.returns import REPORT, RETURN, bring, intake_for, wire

if TYPE_CHECKING:
    from uuid import UUID

    from shared.database import Database


def state_of(database: Database, campaign_id: UUID) -> str:
    with database.reading() as session:
        statement = text("SELECT state FROM notifications.campaign WHERE id = :id")
        return str(session.execute(statement, {"id": campaign_id}).scalar_one())


def test_more_than_one_dead_address_in_ten_stops_a_campaign_until_somebody_resumes_it(
    owner_database: Database, notifications_database: Database
) -> None:
    made = arrange_campaign(owner_database, recipients=60)
    with owner_database.transaction() as session:
        session.execute(
            text("""
            INSERT INTO outbox.fact (id, noun, subject_id, before, after, at, why, details, name, payload) VALUES
                (gen_random_uuid(), 'campaign', :id, 'draft', 'sending', now() - interval '1 hour', '', '{}', '', '{}')
            """),
            {"id": made.campaign_id},
        )
    with running_relay() as relay:
        carry_once(notifications_database, relay.url, mail_return=RETURN)
    with owner_database.transaction() as session:  # as if more were to come
        session.execute(text("UPDATE notifications.campaign SET state = 'sending', finished_at = NULL"))
    intake = intake_for(notifications_database)
    for mail in relay.taken[:6]:
        bring(intake, mail.sender, wire(REPORT))
    assert state_of(owner_database, made.campaign_id) == "sending"
    bring(intake, relay.taken[6].sender, wire(REPORT))
    assert state_of(owner_database, made.campaign_id) == "paused"
    with notifications_database.transaction() as session:
        resume_campaign(session, campaign_id=made.campaign_id, edition_id=made.edition_id, deed=Deed(new_id(), now()))
    bring(intake, relay.taken[7].sender, wire(REPORT))
    assert state_of(owner_database, made.campaign_id) == "sending"
