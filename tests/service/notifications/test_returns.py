from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from shared.schema.base import new_id
from shared.schema.notifications import Delivery
from tests.support.mail import arrange_campaign, carry_once, make_edition, make_person, row_of, states
from tests.support.patience import let_time_pass
from tests.support.relay import RelayBehaviour, running_relay
from tests.support.returns import ANSWER, COMPLAINT, REPORT, RETURN, VACATION, bring, intake_for, wire

if TYPE_CHECKING:
    from shared.database import Database


def sent_campaign(owner: Database, notifications: Database, *, recipients: int = 3) -> dict[str, str]:
    """Send a campaign; return the envelope's sender of each mail by its recipient."""
    arrange_campaign(owner, recipients=recipients)
    with running_relay() as relay:
        carry_once(notifications, relay.url, mail_return=RETURN)
    return {mail.recipient: mail.sender for mail in relay.taken}


def suppressed(database: Database) -> list[tuple[str, str]]:
    with database.reading() as session:
        rows = session.execute(text("SELECT address, reason FROM notifications.suppression ORDER BY address"))
        return [tuple(row) for row in rows.all()]


def returned(database: Database) -> list[Any]:
    with database.reading() as session:
        return list(session.execute(text("SELECT * FROM notifications.returned_mail ORDER BY received_at")).all())


def test_each_mail_has_a_return_address_of_its_own_that_stays_the_same_over_retries(
    owner_database: Database, notifications_database: Database
) -> None:
    arrange_campaign(owner_database, recipients=3)
    answers = {"p0@example.org": "450 4.2.1 grey"}
    tried: list[str] = []
    behaviour = RelayBehaviour(to_recipient=answers.get, to_sender=tried.append)
    with running_relay(behaviour) as relay:
        carry_once(notifications_database, relay.url, mail_return=RETURN)
        answers.clear()
        let_time_pass(owner_database, minutes=6)
        carry_once(notifications_database, relay.url, mail_return=RETURN)
    assert len({mail.sender for mail in relay.taken}) == 3
    assert len(set(tried)) == 3
    assert all(sender.startswith("returns+b") and sender.endswith("@academy.example") for sender in tried)
    for mail in relay.taken:
        assert mail.message["Message-ID"].strip("<>").split("@")[0] in mail.sender


def test_a_lasting_bounce_is_told_in_the_ledger_and_campaigns_leave_the_address_out(
    owner_database: Database, notifications_database: Database
) -> None:
    senders = sent_campaign(owner_database, notifications_database)
    bring(intake_for(notifications_database), senders["p0@example.org"], wire(REPORT))
    row = row_of(owner_database, "p0@example.org")
    assert (row.state, row.reason, row.reply_text) == ("bounced", "bounced", "550 5.1.1 User unknown")
    assert suppressed(owner_database) == [("p0@example.org", "bounced")]
    assert states(owner_database) == {"bounced": 1, "sent": 2}


def test_a_full_mailbox_is_told_but_the_address_is_left_out_only_after_the_third_time(
    owner_database: Database, notifications_database: Database
) -> None:
    senders = sent_campaign(owner_database, notifications_database)
    full = wire(REPORT, status="5.2.2", said="552 5.2.2 Mailbox full")
    intake = intake_for(notifications_database)
    with owner_database.transaction() as session:
        session.execute(text("UPDATE notifications.delivery SET person_id = (SELECT id FROM people.person LIMIT 1)"
                             " , campaign_id = NULL, kind = 'reader_ready', idempotency_key = id::text"))  # fmt: skip
    for place, sender in enumerate(senders.values()):
        assert suppressed(owner_database) == [], place
        bring(intake, sender, full)
    assert [reason for _address, reason in suppressed(owner_database)] == ["bounced"]
    assert states(owner_database) == {"bounced": 3}


def test_a_delay_changes_nothing_but_is_kept(owner_database: Database, notifications_database: Database) -> None:
    senders = sent_campaign(owner_database, notifications_database)
    late = wire(REPORT, action="delayed", status="4.4.1", said="connection timed out")
    bring(intake_for(notifications_database), senders["p0@example.org"], late)
    assert states(owner_database) == {"sent": 3}
    assert [row.kind for row in returned(owner_database)] == ["delayed"]


def test_who_complains_gets_no_campaign_any_more(owner_database: Database, notifications_database: Database) -> None:
    senders = sent_campaign(owner_database, notifications_database)
    bring(intake_for(notifications_database), senders["p1@example.org"], wire(COMPLAINT))
    assert row_of(owner_database, "p1@example.org").state == "complained"
    assert suppressed(owner_database) == [("p1@example.org", "complained")]


def test_a_complaint_without_our_address_is_known_by_the_message_id_it_carries(
    owner_database: Database, notifications_database: Database
) -> None:
    arrange_campaign(owner_database, recipients=1)
    with running_relay() as relay:
        carry_once(notifications_database, relay.url, mail_return=RETURN)
    intake = intake_for(notifications_database)
    intake.keep(wire(COMPLAINT, head=f"Message-ID: {relay.taken[0].message['Message-ID']}"), None)
    intake.settle()
    assert states(owner_database) == {"complained": 1}


def test_an_answer_of_a_machine_is_no_bounce_and_proves_that_a_doubtful_mail_arrived(
    owner_database: Database, notifications_database: Database
) -> None:
    senders = sent_campaign(owner_database, notifications_database)
    with owner_database.transaction() as session:
        session.execute(text("UPDATE notifications.delivery SET state = 'uncertain' WHERE address = 'p2@example.org'"))
    bring(intake_for(notifications_database), senders["p2@example.org"], wire(VACATION))
    assert states(owner_database) == {"sent": 3}
    assert [row.kind for row in returned(owner_database)] == ["automatic"]
    assert suppressed(owner_database) == []


def test_the_answer_of_a_human_goes_to_the_human_of_the_edition_who_can_answer_to_it(
    owner_database: Database, notifications_database: Database
) -> None:
    senders = sent_campaign(owner_database, notifications_database)
    bring(intake_for(notifications_database), senders["p0@example.org"], wire(ANSWER))
    with running_relay() as relay:
        carry_once(notifications_database, relay.url, mail_return=RETURN)
    [passed_on] = relay.taken
    assert passed_on.recipient == "team@academy.example"
    assert passed_on.message["Reply-To"] == "awa@elsewhere.example"
    assert "May I bring my son?" in passed_on.text()


def test_a_machine_that_answers_what_was_passed_on_does_not_set_off_a_loop(
    owner_database: Database, notifications_database: Database
) -> None:
    senders = sent_campaign(owner_database, notifications_database)
    intake = intake_for(notifications_database)
    mails = 0
    to = senders["p0@example.org"]
    for number in range(40):
        if intake.admit(to) is None:
            break
        bring(intake, to, wire(ANSWER) + f"{number}\r\n".encode())
        with running_relay() as relay:
            carry_once(notifications_database, relay.url, mail_return=RETURN)
        mails += len(relay.taken)
    assert mails == 5
    assert len(returned(owner_database)) == 20


def test_campaign_mail_answers_to_the_human_of_the_edition(
    owner_database: Database, notifications_database: Database
) -> None:
    arrange_campaign(owner_database, recipients=1)
    with running_relay() as relay:
        carry_once(notifications_database, relay.url, mail_return=RETURN)
    [mail] = relay.taken
    assert mail.message["Reply-To"] == "team@academy.example"


def test_unsubscribing_by_mail_opts_out_of_the_topic(
    owner_database: Database, notifications_database: Database
) -> None:
    made = arrange_campaign(owner_database, recipients=1)
    with running_relay() as relay:
        carry_once(notifications_database, relay.url, mail_return=RETURN)
    ways = relay.taken[0].message["List-Unsubscribe"]
    address = ways.split("mailto:")[1].split("?")[0]
    bring(intake_for(notifications_database), address, wire(ANSWER))
    with owner_database.reading() as session:
        rows = session.execute(text("SELECT person_id, topic_id, source FROM notifications.opt_out")).all()
    assert [tuple(row) for row in rows] == [(made.people[0], made.topic_id, "mail")]


def test_the_same_report_twice_counts_once(owner_database: Database, notifications_database: Database) -> None:
    senders = sent_campaign(owner_database, notifications_database)
    intake = intake_for(notifications_database)
    for _ in range(2):
        bring(intake, senders["p0@example.org"], wire(REPORT))
    assert len(returned(owner_database)) == 1


def test_what_cannot_be_read_is_kept_for_a_human_and_holds_up_nothing(
    owner_database: Database, notifications_database: Database
) -> None:
    senders = sent_campaign(owner_database, notifications_database)
    intake = intake_for(notifications_database)
    nested = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(3000))
    bring(intake, senders["p0@example.org"], nested.encode())
    bring(intake, senders["p1@example.org"], wire(REPORT))
    for _ in range(3):
        intake.settle()
    kinds = {row.kind: row.raw for row in returned(owner_database)}
    assert set(kinds) == {"unreadable", "bounced"}
    assert kinds["unreadable"]
    assert kinds["bounced"] is None
    assert row_of(owner_database, "p1@example.org").state == "bounced"


def test_a_bounced_offer_becomes_a_task_and_so_does_one_the_relay_refused(
    owner_database: Database, notifications_database: Database
) -> None:
    edition_id = make_edition(owner_database)
    people = [make_person(owner_database, f"p{number}@example.org") for number in range(2)]
    with owner_database.transaction() as session:
        for number, person_id in enumerate(people):
            address = f"p{number}@example.org"
            session.add(
                Delivery(
                    id=new_id(),
                    person_id=person_id,
                    edition_id=edition_id,
                    kind="offer_made",
                    idempotency_key=address,
                    about_id=person_id,
                    address=address,
                    addressee="P",
                    locale="en",
                    fields={},
                )
            )
    answers = {"p1@example.org": "550 5.1.1 nobody here"}
    with running_relay(RelayBehaviour(to_recipient=answers.get)) as relay:
        carry_once(notifications_database, relay.url, mail_return=RETURN)
    bring(intake_for(notifications_database), relay.taken[0].sender, wire(REPORT))
    with owner_database.reading() as session:
        tasks = session.execute(text("SELECT person_id, edition_id, kind FROM notifications.open_task")).all()
        facts = session.execute(text("SELECT person_id FROM outbox.fact WHERE name = 'PersonNotReached'")).scalars()
        assert {tuple(row) for row in tasks} == {(one, edition_id, "offer_made") for one in people}
        assert set(facts) == set(people)
