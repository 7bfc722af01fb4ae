"""A campaign begins without an audience; a launch rests before its first mail, and can be taken back meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from services.notifications.actions.launches import recall_launch
from services.notifications.errors import MailHasLeft
from shared.clock import now
from shared.deeds import Deed
from shared.schema.notifications.campaigns import Campaign
from shared.schema.notifications.deliveries import Delivery
from tests.support.mail import carry_once, states
from tests.support.mail_desk import DESK, mail_desk
from tests.support.relay import running_relay

if TYPE_CHECKING:
    from shared.database import Database
    from tests.support.mail_desk import MailDesk


def launched(databases: dict[str, Database]) -> tuple[MailDesk, str]:
    desk = mail_desk(databases, recall_seconds=60)
    base = desk.campaign()
    assert desk.post(f"{base}/launch", confirmed="3", sure="yes").location == base
    return desk, base


def a_minute_later(database: Database) -> None:
    with database.transaction() as session:
        session.execute(update(Delivery).values(not_before=Delivery.not_before - timedelta(seconds=61)))


def test_no_mail_leaves_before_the_time_to_take_it_back_is_over(databases: dict[str, Database]) -> None:
    desk, base = launched(databases)
    page = desk.browser.get(base).text
    assert "data-countdown" in page
    assert "Take the launch back" in page
    with running_relay() as relay:
        carry_once(databases["notifications"], relay.url)
        assert relay.taken == []
        a_minute_later(databases["owner"])
        carry_once(databases["notifications"], relay.url)
        assert len(relay.taken) == 3
    assert "Take the launch back" not in desk.browser.get(base).text


def test_a_launch_taken_back_mails_nobody_and_can_be_launched_again(databases: dict[str, Database]) -> None:
    desk, base = launched(databases)
    assert desk.post(f"{base}/recall", page=base).location == base
    assert "3 people got nothing" in desk.browser.get(base).text
    assert states(databases["owner"]) == {}
    with running_relay() as relay:
        a_minute_later(databases["owner"])
        carry_once(databases["notifications"], relay.url)
        assert relay.taken == []
    desk.post(f"{base}/launch", confirmed="3", sure="yes")
    assert states(databases["owner"]) == {"queued": 3}


def test_whoever_is_taken_out_by_name_gets_nothing_and_stays_in_the_ledger(databases: dict[str, Database]) -> None:
    desk, base = launched(databases)
    with databases["owner"].reading() as session:
        first, *_others = session.query(Delivery.id).order_by(Delivery.address).all()
    page = f"{base}/deliveries?state=queued"
    assert "Take the chosen out" in desk.browser.get(page).text
    desk.post(f"{base}/deliveries/out", page=page)
    assert "Choose whom to take out first" in desk.browser.get(page).text
    assert desk.post(f"{base}/deliveries/out", page=page, delivery=str(first.id)).status_code == 303
    with running_relay() as relay:
        a_minute_later(databases["owner"])
        carry_once(databases["notifications"], relay.url)
        assert {mail.recipient for mail in relay.taken} == {"p1@example.org", "p2@example.org"}
    assert states(databases["owner"]) == {"sent": 2, "suppressed": 1}
    assert "The lines add up to the audience." in desk.browser.get(base).text


def test_once_a_mail_is_on_its_way_the_launch_is_not_taken_back(databases: dict[str, Database]) -> None:
    desk, base = launched(databases)
    with databases["owner"].transaction() as session:
        one = session.query(Delivery.id).limit(1).scalar_subquery()
        session.execute(update(Delivery).where(Delivery.id == one).values(state="sent", attempts=1))
        campaign = session.query(Campaign).one()
    deed = Deed(campaign.launched_by, now())
    with pytest.raises(MailHasLeft), databases["notifications"].transaction() as session:
        recall_launch(session, campaign_id=campaign.id, edition_id=campaign.edition_id, deed=deed)
    assert states(databases["owner"]) == {"sent": 1, "queued": 2}
    desk.post(f"{base}/recall", page=f"{DESK}/new")
    assert "This launch can no longer be taken back" in desk.browser.get(base).text


def test_an_audience_that_nobody_chose_blocks_the_launch_and_every_page_says_whom_it_is_for(
    databases: dict[str, Database],
) -> None:
    desk = mail_desk(databases)
    made = desk.post(f"{DESK}/new", name="To all", topic_id=str(desk.topic_id))
    base = made.location.removesuffix("/texts")
    fields = {"subject.en": "Hello", "body.en": "Hello {{ name }}."}
    desk.post(f"{base}/texts", name="To all", topic_id=str(desk.topic_id), **fields)
    pages = [base, f"{base}/texts", f"{base}/audience", f"{base}/preview", f"{base}/launch"]
    assert ["Nobody has chosen yet whom" in desk.browser.get(page).text for page in pages] == [True] * 5
    assert 'name="sure"' not in desk.browser.get(f"{base}/launch").text
    desk.post(f"{base}/launch", page=f"{DESK}/new", confirmed="3", sure="yes")
    desk.post(f"{base}/launch", page=f"{DESK}/new", confirmed="0", sure="yes")
    assert states(databases["owner"]) == {}
    assert "Choose at least one standing" in desk.post(f"{base}/audience", page=f"{base}/audience", then="save").text
    desk.post(f"{base}/audience", standings="accepted", locales="fr", download="", then="save")
    said = "For those whose standing is: Accepted. Who read: French."
    assert [said in desk.browser.get(page).text for page in pages] == [True] * 5
    desk.post(f"{base}/launch", confirmed="1", sure="yes")
    assert said in desk.browser.get(base).text
    assert said in desk.browser.get(f"{base}/deliveries").text
