from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from services.notifications.actions.deliveries import claim_campaign_mail
from services.notifications.gateways.line import MOST_NOTED, Line
from shared.database import Database
from tests.support.mail import LOCAL_NOTES, Post, arrange_campaign, carry_once, row_of, states
from tests.support.patience import let_time_pass, until
from tests.support.relay import RelayBehaviour, running_relay

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from uuid import UUID

    from services.notifications.actions.deliveries import Claimed


@pytest.mark.parametrize("pipelining", [True, False])
def test_four_senders_at_once_give_each_recipient_exactly_one_mail_in_the_right_language(
    pipelining: bool, owner_database: Database, notifications_database: Database
) -> None:
    arrange_campaign(owner_database, recipients=200)
    with running_relay(RelayBehaviour(pipelining=pipelining)) as relay:
        posts = [Post(notifications_database, relay.url, mail_batch=7, campaign_senders=4) for _ in range(4)]
        threads = [threading.Thread(target=post.carry) for post in posts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for post in posts:
            post.close()
    assert sorted(relay.recipients()) == sorted(f"p{number}@example.org" for number in range(200))
    assert states(owner_database) == {"sent": 200}
    assert relay.connections > 1
    assert len({mail.message["Message-ID"] for mail in relay.taken}) == 200
    for mail in relay.taken:
        number = int(mail.recipient[1:].split("@")[0])
        assert ("Dear Person" if number % 2 == 0 else "Bonjour Person") in mail.text()


def test_a_relay_that_is_away_leaves_the_ledger_untouched(
    owner_database: Database, notifications_database: Database
) -> None:
    arrange_campaign(owner_database, recipients=3)
    carry_once(notifications_database, "smtp://127.0.0.1:1")
    assert states(owner_database) == {"queued": 3}
    assert row_of(owner_database, "p0@example.org").attempts == 0
    with running_relay() as relay:
        let_time_pass(owner_database, days=1)
        carry_once(notifications_database, relay.url)
    assert states(owner_database) == {"sent": 3}


@pytest.mark.parametrize("pipelining", [True, False])
def test_a_temporary_refusal_is_tried_again_and_a_permanent_one_is_kept_with_its_words(
    pipelining: bool, owner_database: Database, notifications_database: Database
) -> None:
    arrange_campaign(owner_database, recipients=3)
    answers = {"p0@example.org": "450 4.2.1 grey", "p1@example.org": "550 5.1.1 nobody here"}
    with running_relay(RelayBehaviour(to_recipient=answers.get, pipelining=pipelining)) as relay:
        carry_once(notifications_database, relay.url)
        assert states(owner_database) == {"deferred": 1, "failed": 1, "sent": 1}
        failed = row_of(owner_database, "p1@example.org")
        assert (failed.reply_code, failed.reply_text) == (550, "5.1.1 nobody here")
        answers.clear()
        carry_once(notifications_database, relay.url)
        assert states(owner_database)["deferred"] == 1
        let_time_pass(owner_database, minutes=6)
        carry_once(notifications_database, relay.url)
    assert states(owner_database) == {"failed": 1, "sent": 2}


def test_a_relay_that_closes_after_every_third_mail_gets_them_all_the_same(
    owner_database: Database, notifications_database: Database
) -> None:
    arrange_campaign(owner_database, recipients=9)
    counted: list[str] = []

    def every_third(sender: str) -> str | None:
        counted.append(sender)
        return "421 4.7.0 enough for one connection" if len(counted) % 4 == 0 else None

    with running_relay(RelayBehaviour(to_sender=every_third)) as relay:
        carry_once(notifications_database, relay.url)
    assert states(owner_database) == {"sent": 9}
    assert sorted(relay.recipients()) == [f"p{number}@example.org" for number in range(9)]


def test_a_line_that_breaks_after_the_final_dot_leaves_one_named_doubt_and_the_rest_goes_on(
    owner_database: Database, notifications_database: Database
) -> None:
    arrange_campaign(owner_database, recipients=6)
    behaviour = RelayBehaviour(to_message=lambda to: "hang up" if to == "p2@example.org" else None)
    with running_relay(behaviour) as relay:
        for _ in range(3):
            carry_once(notifications_database, relay.url)
            let_time_pass(owner_database, minutes=1)
    assert states(owner_database) == {"sent": 5, "uncertain": 1}
    assert row_of(owner_database, "p2@example.org").reason == "no_answer"
    assert sorted(relay.recipients()) == [f"p{number}@example.org" for number in range(6)]


def test_who_opts_out_before_the_claim_gets_nothing_more(
    owner_database: Database, notifications_database: Database
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
        carry_once(notifications_database, relay.url)
    assert sorted(relay.recipients()) == ["p0@example.org", "p2@example.org"]
    assert row_of(owner_database, "p1@example.org").reason == "opted_out"
    assert row_of(owner_database, "p3@example.org").reason == "suppressed"


def test_a_paused_campaign_is_not_claimed(owner_database: Database, notifications_database: Database) -> None:
    arrange_campaign(owner_database, recipients=2, state="paused")
    with running_relay() as relay:
        carry_once(notifications_database, relay.url)
    assert relay.taken == []
    assert states(owner_database) == {"queued": 2}


def claim_and_disappear(
    database: Database, campaign_id: UUID, *, noted: int | None, limit: int = 3
) -> Sequence[Claimed]:
    """Let a sender claim, note that it began mail number ``noted``, and die."""
    line = Line(database, "campaigns", LOCAL_NOTES)
    assert line.take_place(places=9)
    with line.transaction() as session:
        claim = claim_campaign_mail(
            session, token=line.id, campaign_id=campaign_id, limit=limit, words_version=1, relay="main"
        )
    assert claim is not None
    line.expect([delivery.id for delivery in claim.deliveries])
    for delivery in claim.deliveries[: 0 if noted is None else noted + 1]:
        line.note(delivery.id)
    line.hang_up()
    return claim.deliveries


def test_what_a_dead_sender_left_is_known_at_once_and_only_the_mail_on_the_wire_is_in_doubt(
    owner_database: Database, notifications_database: Database
) -> None:
    made = arrange_campaign(owner_database, recipients=3)
    held = claim_and_disappear(notifications_database, made.campaign_id, noted=1)
    with Post(notifications_database, "smtp://127.0.0.1:1") as post:
        assert post.tidy() == 3
    found = [row_of(owner_database, delivery.address) for delivery in held]
    assert [row.state for row in found] == ["sent", "uncertain", "queued"]
    assert [row.attempts for row in found] == [1, 1, 0]


def test_a_sender_that_died_before_its_first_mail_leaves_no_doubt(
    owner_database: Database, notifications_database: Database
) -> None:
    made = arrange_campaign(owner_database, recipients=3)
    claim_and_disappear(notifications_database, made.campaign_id, noted=None)
    with Post(notifications_database, "smtp://127.0.0.1:1") as post:
        post.tidy()
    assert states(owner_database) == {"queued": 3}


def test_where_the_machine_itself_has_died_the_few_mails_of_one_note_are_doubts_and_never_second_mails(
    owner_database: Database, notifications_database: Database, tmp_path: Path
) -> None:
    made = arrange_campaign(owner_database, recipients=60)
    held = claim_and_disappear(notifications_database, made.campaign_id, noted=45, limit=60)
    with Post(notifications_database, "smtp://127.0.0.1:1", mail_notes_path=tmp_path) as elsewhere:
        elsewhere.tidy()
    found = [row_of(owner_database, delivery.address).state for delivery in held]
    assert found == sorted(found, key=["sent", "uncertain", "queued"].index)
    assert found[45] == "uncertain"
    assert 1 <= found.count("uncertain") <= MOST_NOTED


def test_a_sender_that_lives_is_left_alone_however_long_it_takes(
    owner_database: Database, notifications_database: Database
) -> None:
    made = arrange_campaign(owner_database, recipients=3)
    line = Line(notifications_database, "campaigns", LOCAL_NOTES)
    assert line.take_place(places=1)
    with line.transaction() as session:
        claim_campaign_mail(
            session, token=line.id, campaign_id=made.campaign_id, limit=3, words_version=1, relay="main"
        )
    let_time_pass(owner_database, days=1)
    with Post(notifications_database, "smtp://127.0.0.1:1") as post:
        assert post.tidy() == 0
    assert states(owner_database) == {"sending": 3}
    line.hang_up()


def test_a_sender_that_waits_for_its_relay_keeps_its_place_while_idle_sessions_are_ended(
    owner_database: Database, database_url_for: Callable[[str], str]
) -> None:
    database = Database(database_url_for("notifications"), idle_seconds=1)
    line = Line(database, "notices", LOCAL_NOTES)
    assert line.take_place(places=1)
    with database.transaction() as session:
        pid = session.scalar(text("SELECT pg_backend_pid()"))

    def is_over() -> bool:
        with owner_database.reading() as session:
            return not session.scalar(text("SELECT count(*) FROM pg_stat_activity WHERE pid = :pid"), {"pid": pid})

    until(is_over, seconds=30, what="the end of a session that was idle for less long")
    with line.transaction() as session:
        assert session.scalar(text("SELECT count(*) FROM notifications.sender")) == 1
    line.hang_up()
    database.dispose()


def test_there_are_no_more_senders_than_the_setting_says(
    owner_database: Database, notifications_database: Database
) -> None:
    arrange_campaign(owner_database, recipients=1)
    lines = [Line(notifications_database, "campaigns", LOCAL_NOTES) for _ in range(3)]
    assert [line.take_place(places=2) for line in lines] == [True, True, False]
    with running_relay() as relay:
        carry_once(notifications_database, relay.url, campaign_senders=2)
        assert relay.taken == []
        lines[0].hang_up()
        carry_once(notifications_database, relay.url, campaign_senders=2)
    assert len(relay.taken) == 1
    lines[1].hang_up()


def test_a_campaign_with_nothing_left_to_send_is_finished(
    owner_database: Database, notifications_database: Database
) -> None:
    made = arrange_campaign(owner_database, recipients=2)
    with running_relay() as relay:
        carry_once(notifications_database, relay.url)
    with owner_database.reading() as session:
        statement = text("SELECT state FROM notifications.campaign WHERE id = :id")
        assert session.execute(statement, {"id": made.campaign_id}).scalar_one() == "finished"
