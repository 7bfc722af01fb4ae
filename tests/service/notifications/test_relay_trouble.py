"""A mail server that refuses us, is slow, busy or away: nobody is failed for it, and it is said where one looks."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from services.notifications.views.figures import held_lanes
from shared.web.door.metrics import exposition
from tests.support.mail import Post, arrange_campaign, carry_once, row_of, states
from tests.support.patience import let_time_pass, until
from tests.support.relay import RelayBehaviour, running_relay

if TYPE_CHECKING:
    from typing import Any

    from shared.database import Database


def trouble(owner: Database, lane: str = "campaigns") -> Any:
    with owner.reading() as session:
        statement = text("SELECT * FROM notifications.relay_trouble WHERE lane = :lane")
        return session.execute(statement, {"lane": lane}).first()


def held(database: Database) -> dict[tuple[str, str], float]:
    """Return what Prometheus reads of the lanes."""
    told = exposition(database, (held_lanes,))[0].decode()
    found = re.findall(r'academy_mail_held{lane="(\w+)",trouble="(\w*)"} (\S+)', told)
    return {(lane, trouble): float(value) for lane, trouble, value in found}


@pytest.mark.parametrize(
    ("where", "answer", "kind"),
    [
        ("to_recipient", "554 5.7.1 <{}>: Relay access denied", "refusals"),
        ("to_recipient", "550 5.4.5 Daily sending limit exceeded", "refusals"),
        ("to_recipient", "554 Message rejected: Email address is not verified", "refusals"),
        ("to_message", "554 5.7.1 looks like spam", "refusals"),
        ("to_sender", "550 5.7.1 not you", "sender"),
        ("to_sender", "553 5.1.8 sender unknown", "sender"),
        ("to_recipient", "530 5.7.0 Authentication required", "login"),
    ],
)
def test_a_refusal_that_is_the_relays_fails_nobody_and_mail_goes_on_when_it_recovers(
    where: str, answer: str, kind: str, owner_database: Database, notifications_database: Database
) -> None:
    arrange_campaign(owner_database, recipients=20)
    behaviour = RelayBehaviour()
    setattr(behaviour, where, answer.format)
    with running_relay(behaviour) as relay:
        for _ in range(4):
            carry_once(notifications_database, relay.url)
            let_time_pass(owner_database, minutes=11)
        assert states(owner_database).keys() <= {"queued", "deferred"}
        found = trouble(owner_database)
        assert found.trouble == kind
        assert found.said.split()[0] == answer.split(maxsplit=1)[0]
        setattr(behaviour, where, lambda _: None)
        for _ in range(2):
            carry_once(notifications_database, relay.url)
            let_time_pass(owner_database, minutes=11)
    assert states(owner_database) == {"sent": 20}
    assert trouble(owner_database) is None
    assert len(relay.taken) == 20


def test_a_relay_in_trouble_is_asked_with_one_mail_and_not_hammered(
    owner_database: Database, notifications_database: Database
) -> None:
    arrange_campaign(owner_database, recipients=20)
    asked: list[str] = []

    def refuse(sender: str) -> str:
        asked.append(sender)
        return "550 not you"

    with running_relay(RelayBehaviour(to_sender=refuse)) as relay:
        for _ in range(10):
            carry_once(notifications_database, relay.url)
        assert len(asked) == 1
        let_time_pass(owner_database, minutes=2)
        for _ in range(10):
            carry_once(notifications_database, relay.url)
    assert len(asked) == 2


def test_one_policy_refusal_among_many_mails_taken_is_that_recipients_and_is_tried_later(
    owner_database: Database, notifications_database: Database
) -> None:
    arrange_campaign(owner_database, recipients=20)
    answers = {"p7@example.org": "554 5.7.1 not for this mailbox"}
    with running_relay(RelayBehaviour(to_recipient=answers.get)) as relay:
        carry_once(notifications_database, relay.url)
        assert states(owner_database) == {"sent": 19, "deferred": 1}
        for _ in range(5):
            let_time_pass(owner_database, hours=7)
            carry_once(notifications_database, relay.url)
    found = row_of(owner_database, "p7@example.org")
    assert (found.state, found.reason, found.attempts) == ("failed", "refused", 4)
    assert trouble(owner_database) is None


def test_a_refused_login_is_said_and_tried_once_a_minute(
    owner_database: Database, notifications_database: Database
) -> None:
    arrange_campaign(owner_database, recipients=2)
    with running_relay() as relay:  # it offers no login at all
        url = relay.url.replace("smtp://", "smtp://somebody:wrong@")
        for _ in range(10):
            carry_once(notifications_database, url)
        assert trouble(owner_database).trouble == "login"
        assert trouble(owner_database).tries == 1
        assert states(owner_database) == {"queued": 2}
        assert held(notifications_database) == {("campaigns", "login"): 1.0, ("notices", ""): 0.0}
        let_time_pass(owner_database, minutes=2)
        carry_once(notifications_database, relay.url)
    assert states(owner_database) == {"sent": 2}
    assert trouble(owner_database) is None


def all_sent_after(post: Post, owner: Database, count: int) -> bool:
    post.carry(seconds=5)
    return states(owner) == {"sent": count}


def test_a_relay_that_takes_five_a_second_gets_them_spread_and_not_all_at_once_after_a_quarter_of_an_hour(
    owner_database: Database, notifications_database: Database
) -> None:
    arrange_campaign(owner_database, recipients=40)
    asked: list[float] = []

    def five_a_second(_recipient: str) -> str | None:
        now = time.monotonic()
        asked[:] = [moment for moment in asked if moment > now - 1]
        if len(asked) >= 5:
            return "454 4.7.0 Throttling failure: Maximum sending rate exceeded"
        asked.append(now)
        return None

    with (
        running_relay(RelayBehaviour(to_recipient=five_a_second)) as relay,
        Post(notifications_database, relay.url) as post,
    ):
        until(lambda: all_sent_after(post, owner_database, 40), seconds=120, what="forty mails at five a second")
    assert row_of(owner_database, "p0@example.org").attempts == 1


def test_a_pace_that_is_set_is_kept(owner_database: Database, notifications_database: Database) -> None:
    arrange_campaign(owner_database, recipients=10)
    with running_relay() as relay, Post(notifications_database, relay.url, mail_per_second=10) as post:
        began = time.monotonic()
        post.carry()
    assert states(owner_database) == {"sent": 10}
    assert time.monotonic() - began > 0.8


def test_an_address_that_is_unknown_for_good_is_not_tried_by_the_next_campaign(
    owner_database: Database, notifications_database: Database
) -> None:
    arrange_campaign(owner_database, recipients=2)
    answers = {"p1@example.org": "550 5.1.1 no such user"}
    with running_relay(RelayBehaviour(to_recipient=answers.get)) as relay:
        carry_once(notifications_database, relay.url)
        with owner_database.transaction() as session:
            session.execute(text("UPDATE notifications.campaign SET state = 'sending'"))
            session.execute(text("UPDATE notifications.delivery SET state = 'queued', attempts = 0"))
        carry_once(notifications_database, relay.url)
    assert states(owner_database) == {"sent": 1, "suppressed": 1}
    assert relay.recipients() == ["p0@example.org"] * 2


def test_a_slow_greeting_and_a_slow_answer_cost_nothing_but_time(
    owner_database: Database, notifications_database: Database
) -> None:
    arrange_campaign(owner_database, recipients=1)
    behaviour = RelayBehaviour(seconds=1.5, greets_after=1.5)
    with running_relay(behaviour) as relay:
        carry_once(notifications_database, relay.url, patience=1)
        assert states(owner_database) == {"queued": 1}
        assert trouble(owner_database).trouble == "silent"
        let_time_pass(owner_database, minutes=1)
        carry_once(notifications_database, relay.url, patience=5)
    assert states(owner_database) == {"sent": 1}
    assert len(relay.taken) == 1


def test_the_patience_is_the_one_the_standard_asks_for() -> None:
    from services.notifications.gateways.greeting import RFC_5321

    waits = (RFC_5321.greeting, RFC_5321.mail, RFC_5321.rcpt, RFC_5321.data, RFC_5321.block, RFC_5321.end)
    assert waits == (300, 300, 300, 120, 180, 600)  # RFC 5321, 4.5.3.2
