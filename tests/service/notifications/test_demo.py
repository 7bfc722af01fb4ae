from __future__ import annotations

from sqlalchemy import text

from services.notifications.demo import load
from services.notifications.queries.campaigns import campaigns_of
from services.notifications.queries.reconciliation import since_launch
from shared.database import Database
from shared.schema.base import new_id
from shared.schema.outbox.entries import Entry, FactRow
from tests.support.mail import NOW, mail_settings, states
from tests.support.mail_desk import DESK, mail_desk


def test_loading_the_demo_twice_changes_nothing_and_its_ledger_adds_up(databases: dict[str, Database]) -> None:
    desk = mail_desk(databases, locales=("en", "fr") * 10)
    for _ in range(2):
        load(databases["notifications"], mail_settings("smtp://127.0.0.1:1"), now=NOW)
    assert states(databases["owner"]) == {"sent": 34, "failed": 2, "suppressed": 2, "uncertain": 2}
    with databases["owner"].reading() as session:
        found = session.execute(text("SELECT state, audience_size FROM notifications.campaign ORDER BY state")).all()
    assert [tuple(row) for row in found] == [("draft", 0), ("finished", 20), ("finished", 20)]
    assert "Before you travel" in desk.browser.get(DESK).get_data(as_text=True)


def test_an_empty_house_gets_topics_and_nothing_else(databases: dict[str, Database]) -> None:
    load(databases["notifications"], mail_settings("smtp://127.0.0.1:1"), now=NOW)
    with databases["owner"].reading() as session:
        assert session.execute(text("SELECT count(*) FROM notifications.topic")).scalar_one() == 2
        assert session.execute(text("SELECT count(*) FROM notifications.campaign")).scalar_one() == 0


def test_its_people_did_something_since_each_campaign(databases: dict[str, Database]) -> None:
    desk = mail_desk(databases, locales=("en", "fr") * 10)
    load(databases["notifications"], mail_settings("smtp://127.0.0.1:1"), now=NOW)
    with databases["notifications"].reading() as session:
        found = [
            since_launch(session, campaign=line.campaign)
            for line in campaigns_of(session, edition_id=desk.edition_id)
            if line.campaign.state == "finished"
        ]
    assert [(one.got, one.answered, one.opted_out) for one in found] == [(17, 6, 1), (17, 6, 1)]


def test_each_step_of_the_past_was_told_by_a_mail_and_none_is_sent_now(databases: dict[str, Database]) -> None:
    desk = mail_desk(databases)
    with databases["owner"].transaction() as session:
        for name, state in (("OfferMade", "done"), ("OfferAccepted", "done"), ("OfferDeclined", "waiting")):
            fact = FactRow(
                id=new_id(), noun="offer", name=name, person_id=desk.people[0], edition_id=desk.edition_id, at=NOW
            )
            session.add(fact)
            session.flush()  # the entry points at it
            session.add(Entry(id=new_id(), fact_id=fact.id, subscriber="notifications", state=state))
    load(databases["notifications"], mail_settings("smtp://127.0.0.1:1"), now=NOW)
    with databases["owner"].reading() as session:
        told = session.execute(
            text("SELECT kind, state, created_at FROM notifications.delivery WHERE campaign_id IS NULL ORDER BY kind")
        ).all()
    assert [tuple(one) for one in told] == [("offer_accepted", "sent", NOW), ("offer_made", "sent", NOW)]
