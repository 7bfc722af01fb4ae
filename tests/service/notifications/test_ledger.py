from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from services.notifications.actions.deliveries import LEASE, claim_campaign_mail
from services.notifications.gateways.redis_journal import RedisJournal
from services.notifications.gateways.relay import Reply
from tests.support.mail import NOW, arrange_campaign, make_postman, row_of, states
from tests.support.relay import RelayBehaviour, running_relay

if TYPE_CHECKING:
    from redis import Redis

    from shared.database import Database

NOWHERE = "redis://127.0.0.1:1/0"


@pytest.mark.parametrize("pipelining", [True, False])
def test_four_senders_at_once_give_each_recipient_exactly_one_mail_in_the_right_language(
    pipelining: bool, owner_database: Database, notifications_database: Database, valkey_url: str
) -> None:
    arrange_campaign(owner_database, recipients=200)
    with running_relay(RelayBehaviour(pipelining=pipelining)) as relay:
        postmen = [
            make_postman(notifications_database, relay.url, valkey_url, mail_batch=7, campaign_senders=4)
            for _ in range(4)
        ]
        threads = [threading.Thread(target=postman.carry) for postman in postmen]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(relay.recipients()) == sorted(f"p{number}@example.org" for number in range(200))
    assert states(owner_database) == {"sent": 200}
    assert relay.connections > 1
    assert len({mail.message["Message-ID"] for mail in relay.taken}) == 200
    for mail in relay.taken:
        number = int(mail.recipient[1:].split("@")[0])
        assert ("Dear Person" if number % 2 == 0 else "Bonjour Person") in mail.text()


def test_a_relay_that_is_away_leaves_the_ledger_untouched(
    owner_database: Database, notifications_database: Database, valkey_url: str
) -> None:
    arrange_campaign(owner_database, recipients=3)
    assert make_postman(notifications_database, "smtp://127.0.0.1:1", valkey_url).carry() is False
    assert states(owner_database) == {"queued": 3}
    assert row_of(owner_database, "p0@example.org").attempts == 0
    with running_relay() as relay:
        tomorrow = NOW + timedelta(days=1)
        make_postman(notifications_database, relay.url, valkey_url, clock=lambda: tomorrow).carry()
    assert states(owner_database) == {"sent": 3}


@pytest.mark.parametrize("pipelining", [True, False])
def test_a_temporary_refusal_is_tried_again_and_a_permanent_one_is_kept_with_its_words(
    pipelining: bool, owner_database: Database, notifications_database: Database, valkey_url: str
) -> None:
    arrange_campaign(owner_database, recipients=3)
    answers = {"p0@example.org": "450 4.2.1 grey", "p1@example.org": "550 5.1.1 nobody here"}
    with running_relay(RelayBehaviour(to_recipient=answers.get, pipelining=pipelining)) as relay:
        make_postman(notifications_database, relay.url, valkey_url).carry()
        assert states(owner_database) == {"deferred": 1, "failed": 1, "sent": 1}
        failed = row_of(owner_database, "p1@example.org")
        assert (failed.reply_code, failed.reply_text) == (550, "5.1.1 nobody here")
        grey = row_of(owner_database, "p0@example.org")
        assert grey.not_before == NOW + timedelta(minutes=5)
        answers.clear()
        make_postman(notifications_database, relay.url, valkey_url).carry()
        assert states(owner_database)["deferred"] == 1
        later = NOW + timedelta(minutes=6)
        make_postman(notifications_database, relay.url, valkey_url, clock=lambda: later).carry()
    assert states(owner_database) == {"failed": 1, "sent": 2}


def test_a_relay_that_refuses_us_fails_nobody(
    owner_database: Database, notifications_database: Database, valkey_url: str
) -> None:
    arrange_campaign(owner_database, recipients=5)
    with running_relay(RelayBehaviour(to_sender=lambda _: "550 5.7.1 not you")) as relay:
        make_postman(notifications_database, relay.url, valkey_url).carry()
    assert states(owner_database) == {"deferred": 1, "queued": 4}


def test_a_relay_that_closes_after_every_third_mail_gets_them_all_the_same(
    owner_database: Database, notifications_database: Database, valkey_url: str
) -> None:
    arrange_campaign(owner_database, recipients=9)
    counted: list[str] = []

    def every_third(sender: str) -> str | None:
        counted.append(sender)
        return "421 4.7.0 enough for one connection" if len(counted) % 4 == 0 else None

    with running_relay(RelayBehaviour(to_sender=every_third)) as relay:
        for minutes in range(0, 30, 2):
            then = NOW + timedelta(minutes=minutes)
            make_postman(notifications_database, relay.url, valkey_url, clock=lambda then=then: then).carry()  # type: ignore[misc]
    assert states(owner_database) == {"sent": 9}
    assert sorted(relay.recipients()) == [f"p{number}@example.org" for number in range(9)]


def test_a_line_that_breaks_after_the_final_dot_leaves_one_named_doubt_and_the_rest_goes_on(
    owner_database: Database, notifications_database: Database, valkey_url: str
) -> None:
    arrange_campaign(owner_database, recipients=6)
    behaviour = RelayBehaviour(to_message=lambda to: "hang up" if to == "p2@example.org" else None)
    with running_relay(behaviour) as relay:
        postman = make_postman(notifications_database, relay.url, valkey_url)
        for _ in range(3):
            postman.carry()
    assert states(owner_database) == {"sent": 5, "uncertain": 1}
    assert row_of(owner_database, "p2@example.org").reason == "no_answer"
    assert sorted(relay.recipients()) == [f"p{number}@example.org" for number in range(6)]


def test_who_opts_out_before_the_claim_gets_nothing_more(
    owner_database: Database, notifications_database: Database, valkey_url: str
) -> None:
    made = arrange_campaign(owner_database, recipients=4)
    with owner_database.transaction() as session:
        session.execute(
            text("INSERT INTO notifications.opt_out VALUES (:person, :topic, 'one_click', now())"),
            {"person": made.people[1], "topic": made.topic_id},
        )
        session.execute(
            text(
                "INSERT INTO notifications.suppression (id, address, reason) VALUES (:id, 'p3@example.org', 'bounced')"
            ),
            {"id": made.topic_id},
        )
    with running_relay() as relay:
        make_postman(notifications_database, relay.url, valkey_url).carry()
    assert sorted(relay.recipients()) == ["p0@example.org", "p2@example.org"]
    assert row_of(owner_database, "p1@example.org").reason == "opted_out"
    assert row_of(owner_database, "p3@example.org").reason == "suppressed"


def test_a_paused_campaign_is_not_claimed(
    owner_database: Database, notifications_database: Database, valkey_url: str
) -> None:
    arrange_campaign(owner_database, recipients=2, state="paused")
    with running_relay() as relay:
        make_postman(notifications_database, relay.url, valkey_url).carry()
    assert relay.taken == []
    assert states(owner_database) == {"queued": 2}


def test_without_redis_everything_is_sent_all_the_same(
    owner_database: Database, notifications_database: Database
) -> None:
    arrange_campaign(owner_database, recipients=5)
    with running_relay() as relay:
        make_postman(notifications_database, relay.url, NOWHERE).carry()
    assert states(owner_database) == {"sent": 5}


def claim_and_disappear(database: Database, campaign_id: object, *, limit: int = 3) -> list[object]:
    with database.transaction() as session:
        claim = claim_campaign_mail(session, campaign_id=campaign_id, limit=limit, senders=2, now=NOW)  # type: ignore[arg-type]
    assert claim is not None
    return [claim.token, *claim.deliveries]


def test_what_a_lost_sender_left_is_settled_from_the_journal_and_the_rest_is_listed_as_doubt(
    owner_database: Database, notifications_database: Database, valkey_url: str, valkey: Redis
) -> None:
    made = arrange_campaign(owner_database, recipients=3)
    token, sent, begun, untouched = claim_and_disappear(notifications_database, made.campaign_id)
    notes = RedisJournal(valkey).open(token)  # type: ignore[arg-type]
    assert notes is not None
    notes.begin(sent.id)  # type: ignore[attr-defined]
    notes.settle(sent.id, Reply(250, "taken", "end"))  # type: ignore[attr-defined]
    notes.begin(begun.id)  # type: ignore[attr-defined]
    notes.close()
    late = NOW + LEASE + timedelta(seconds=1)
    make_postman(notifications_database, "smtp://127.0.0.1:1", valkey_url).tidy()
    assert states(owner_database) == {"sending": 3}
    assert make_postman(notifications_database, "smtp://127.0.0.1:1", valkey_url, clock=lambda: late).tidy() == 3
    found = {delivery.address: row_of(owner_database, delivery.address).state for delivery in (sent, begun, untouched)}  # type: ignore[attr-defined]
    assert list(found.values()) == ["sent", "uncertain", "queued"]


def test_a_flushed_journal_turns_a_lost_batch_into_listed_doubts_never_into_second_mails(
    owner_database: Database, notifications_database: Database, valkey_url: str, valkey: Redis
) -> None:
    made = arrange_campaign(owner_database, recipients=3)
    token, *_ = claim_and_disappear(notifications_database, made.campaign_id)
    notes = RedisJournal(valkey).open(token)  # type: ignore[arg-type]
    assert notes is not None
    notes.close()
    valkey.flushall()
    late = NOW + LEASE + timedelta(seconds=1)
    with running_relay() as relay:
        postman = make_postman(notifications_database, relay.url, valkey_url, clock=lambda: late)
        postman.tidy()
        postman.carry()
    assert states(owner_database) == {"uncertain": 3}
    assert relay.taken == []


def test_more_senders_than_allowed_find_nothing_to_claim(
    owner_database: Database, notifications_database: Database
) -> None:
    made = arrange_campaign(owner_database, recipients=9)
    for _ in range(2):
        claim_and_disappear(notifications_database, made.campaign_id)
    with notifications_database.transaction() as session:
        assert claim_campaign_mail(session, campaign_id=made.campaign_id, limit=3, senders=2, now=NOW) is None


def test_a_campaign_with_nothing_left_to_send_is_finished(
    owner_database: Database, notifications_database: Database, valkey_url: str
) -> None:
    made = arrange_campaign(owner_database, recipients=2)
    with running_relay() as relay:
        postman = make_postman(notifications_database, relay.url, valkey_url)
        postman.tidy()
        postman.carry()
        postman.tidy()
    with owner_database.reading() as session:
        statement = text("SELECT state FROM notifications.campaign WHERE id = :id")
        assert session.execute(statement, {"id": made.campaign_id}).scalar_one() == "finished"
