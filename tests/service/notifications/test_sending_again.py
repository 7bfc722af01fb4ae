from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from sqlalchemy import text

from tests.service.notifications.test_api import API, Caller
from tests.support.mail import Post, carry_once, row_of, states
from tests.support.mail_desk import mail_desk
from tests.support.patience import let_time_pass, until
from tests.support.relay import RelayBehaviour, running_relay

if TYPE_CHECKING:
    from shared.database import Database


def test_who_failed_and_who_is_in_doubt_can_be_sent_to_again_by_name_on_the_same_row(
    databases: dict[str, Database],
) -> None:
    desk = mail_desk(databases)
    base = desk.campaign()
    desk.post(f"{base}/launch", confirmed="3", sure="yes")
    behaviour = RelayBehaviour(
        to_recipient={"p0@example.org": "550 5.1.1 nobody"}.get,
        to_message=lambda to: "hang up" if to == "p1@example.org" else None,
    )
    with running_relay(behaviour) as relay:
        for _ in range(4):  # after a hang-up one mail is tried alone, and the one nobody gets tells nothing
            carry_once(databases["notifications"], relay.url)
            let_time_pass(databases["owner"], minutes=1)
        assert states(databases["owner"]) == {"failed": 1, "uncertain": 1, "sent": 1}
        behaviour.to_recipient = behaviour.to_message = lambda _to: None
        ids = [str(row_of(databases["owner"], f"p{number}@example.org").id) for number in range(3)]
        page = f"{base}/deliveries?state=failed&state=uncertain"
        assert ids[1] in desk.browser.get(page).get_data(as_text=True)
        before = len(relay.taken)
        for _ in range(2):  # pressed twice; and the third has it already
            desk.post(f"{base}/deliveries/again", page=page, delivery=ids)
        carry_once(databases["notifications"], relay.url)
    assert sorted(relay.recipients()[before:]) == ["p0@example.org", "p1@example.org"]
    assert len({mail.message["Message-ID"] for mail in relay.taken if mail.recipient == "p1@example.org"}) == 1
    assert states(databases["owner"]) == {"sent": 3}


def test_a_programme_sends_again_to_named_deliveries(databases: dict[str, Database]) -> None:
    desk = mail_desk(databases, locales=("en",))
    base = desk.campaign()
    desk.post(f"{base}/launch", confirmed="1", sure="yes")
    with running_relay(RelayBehaviour(to_recipient=lambda _: "550 5.1.1 nobody")) as relay:
        carry_once(databases["notifications"], relay.url)
    api = f"{API}/{base.rpartition('/')[2]}"
    caller = Caller(desk, "Otto", "organiser")
    wanted = {"deliveries": [str(row_of(databases["owner"], "p0@example.org").id)]}
    assert caller.do(f"{api}/deliveries/again", wanted).get_json() == {"sent_again": 1}
    assert caller.do(f"{api}/deliveries/again", wanted).get_json() == {"sent_again": 0}
    assert states(databases["owner"]) == {"queued": 1}
    assert caller.ask(api).get_json()["state"] == "sending"


def test_a_change_of_place_between_launch_and_resume_stops_and_asks(databases: dict[str, Database]) -> None:
    desk = mail_desk(databases, locales=("en",))
    base = desk.campaign(texts={"en": "It is in {{ place }}."})
    desk.post(f"{base}/launch", confirmed="1", sure="yes")
    with databases["owner"].transaction() as session:
        session.execute(text("UPDATE registration.edition SET place = 'Turin'"))
    with running_relay() as relay:
        carry_once(databases["notifications"], relay.url)
        assert relay.taken == []
        assert "the mail says something else now" in desk.browser.get(base).get_data(as_text=True)
        desk.post(f"{base}/resume", page=base)
        carry_once(databases["notifications"], relay.url)
    assert "It is in Turin." in relay.taken[0].text()


def test_the_page_says_why_mail_stands_still(databases: dict[str, Database]) -> None:
    desk = mail_desk(databases)
    base = desk.campaign()
    desk.post(f"{base}/launch", confirmed="3", sure="yes")
    with running_relay(RelayBehaviour(to_sender=lambda _: "550 5.7.1 who are you")) as relay:
        carry_once(databases["notifications"], relay.url)
    page = desk.browser.get(base).get_data(as_text=True)
    assert "The mail server refuses our sender address." in page
    assert "550 5.7.1 who are you" in page


def test_cancelling_in_the_middle_tells_the_true_number_and_nothing_leaves_afterwards(
    databases: dict[str, Database],
) -> None:
    people = 200
    desk = mail_desk(databases, locales=("en",) * people)
    base = desk.campaign()
    desk.post(f"{base}/launch", confirmed=str(people), sure="yes")
    with running_relay(RelayBehaviour(seconds=0.005)) as relay, Post(databases["notifications"], relay.url) as post:
        carrying = threading.Thread(target=post.carry)
        carrying.start()
        until(lambda: len(relay.taken) > 40, what="some mails")
        cancelled = desk.post(f"{base}/cancel", page=base)
        taken = len(relay.taken)
        time.sleep(0.5)
        assert len(relay.taken) <= taken + 1
        carrying.join()
        page = desk.browser.get(cancelled.headers["Location"]).get_data(as_text=True)
        found = states(databases["owner"])
        assert f"Cancelled: {found['suppressed']} people do not get it." in page
        assert found["sent"] + found["suppressed"] == people
        assert found["sent"] == len(relay.taken)


def test_the_opt_out_of_a_test_mail_opts_nobody_out(databases: dict[str, Database]) -> None:
    desk = mail_desk(databases)
    base = desk.campaign()
    desk.post(f"{base}/test", page=f"{base}/preview", person=str(desk.people[0]), locale="en")
    with running_relay() as relay:
        carry_once(databases["notifications"], relay.url)
    link = str(relay.taken[0].message["List-Unsubscribe"]).strip("<>").removeprefix("https://academy.example")
    assert "This was a test" in desk.browser.get(link).get_data(as_text=True)
    answer = desk.browser.post(link, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    with databases["owner"].reading() as session:
        assert session.execute(text("SELECT count(*) FROM notifications.opt_out")).scalar_one() == 0


def test_a_mark_of_another_system_is_pointed_out_when_the_text_is_saved(databases: dict[str, Database]) -> None:
    desk = mail_desk(databases)
    base = desk.campaign()
    said = {"subject.en": "Hello", "body.en": "Dear { name }, %name%"}
    saved = desk.post(f"{base}/texts", name="The Reader", topic_id=str(desk.topic_id), **said)
    page = desk.browser.get(saved.headers["Location"]).get_data(as_text=True)
    assert "This is mailed as it stands: { name } %name%." in page
