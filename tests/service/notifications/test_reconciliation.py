"""A campaign taken apart: what the page, the file and a programme say is what the ledger holds."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from shared.schema.base import new_id
from shared.schema.notifications import OptOut
from shared.schema.notifications.returns import ReturnedMail
from tests.service.notifications.test_api import Caller
from tests.support.library import fetch, reader_in
from tests.support.mail import carry_once, states
from tests.support.mail_desk import MailDesk, mail_desk
from tests.support.relay import RelayBehaviour, running_relay

if TYPE_CHECKING:
    from pathlib import Path

    from shared.database import Database

ANSWERS = {"p1@example.org": "550 5.1.1 nobody here", "p2@example.org": "552 5.2.2 =HYPERLINK full"}


def sent(databases: dict[str, Database]) -> tuple[MailDesk, str]:
    """Send a campaign to three people, two of whom the relay refuses; return the desk and the campaign's address."""
    desk = mail_desk(databases)
    base = desk.campaign()
    assert desk.post(f"{base}/launch", confirmed="3", sure="yes").status_code == 303
    with running_relay(RelayBehaviour(to_recipient=ANSWERS.get)) as relay:
        carry_once(databases["notifications"], relay.url)
    assert states(databases["owner"]) == {"sent": 1, "failed": 2}
    return desk, base


def rows_of(desk: MailDesk, path: str) -> list[dict[str, Any]]:
    answer = desk.browser.get(path)
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    return list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))


def test_the_file_names_everybody_and_computes_nothing_in_a_spreadsheet(databases: dict[str, Database]) -> None:
    desk, base = sent(databases)
    with databases["owner"].transaction() as session:
        session.execute(
            text("UPDATE notifications.delivery SET addressee = '=1+1', reply_text = '@SUM' WHERE state = 'sent'")
        )
    rows = rows_of(desk, f"{base}/reconciliation/deliveries.csv")
    assert {row["address"]: row["state"] for row in rows} == {
        "p0@example.org": "sent",
        "p1@example.org": "failed",
        "p2@example.org": "failed",
    }
    [one] = [row for row in rows if row["state"] == "sent"]
    assert (one["addressee"], one["reply_text"]) == ("'=1+1", "'@SUM")
    failed = rows_of(desk, f"{base}/reconciliation/deliveries.csv?state=failed")
    assert {row["reply_code"] for row in failed} == {"550", "552"}


def test_all_who_failed_get_it_again_if_they_are_as_many_as_were_shown(databases: dict[str, Database]) -> None:
    desk, base = sent(databases)
    page = f"{base}/reconciliation"
    shown = desk.browser.get(page).get_data(as_text=True)
    assert "example.org" in shown
    assert "550" in shown
    refused = desk.post(f"{page}/again", page, state="failed", confirmed="3")
    assert refused.status_code == 303
    assert "The numbers have changed since you looked" in desk.browser.get(page).get_data(as_text=True)
    assert states(databases["owner"]) == {"sent": 1, "failed": 2}
    assert desk.post(f"{page}/again", page, state="failed", confirmed="2").status_code == 303
    with running_relay() as relay:
        carry_once(databases["notifications"], relay.url)
    assert sorted(relay.recipients()) == ["p1@example.org", "p2@example.org"]
    assert states(databases["owner"]) == {"sent": 3}


def test_who_got_it_is_not_sent_to_again_whatever_is_asked(databases: dict[str, Database]) -> None:
    desk, base = sent(databases)
    page = f"{base}/reconciliation"
    for state in ("sent", "", "x' OR 1"):
        desk.post(f"{page}/again", page, state=state, confirmed="1")
    assert states(databases["owner"]) == {"sent": 1, "failed": 2}


def test_a_programme_reads_the_parts_and_they_add_up(databases: dict[str, Database]) -> None:
    desk, base = sent(databases)
    caller = Caller(desk, "Otto", "organiser")
    one = f"/api/notifications/v1/editions/2026/campaigns/{base.rpartition('/')[2]}/reconciliation"
    told = caller.ask(one).get_json()
    assert (told["audience_size"], told["adds_up"], told["states"]["failed"]) == (3, True, 2)
    for parts in (told["by_language"], told["by_domain"], told["by_answer"]):
        assert sum(part["total"] for part in parts) == 3
    assert {part["key"] for part in told["by_answer"]} == {"250", "550", "552"}
    assert [part["key"] for part in told["by_domain"]] == ["example.org"]
    refused = caller.do(f"{one}/again", {"state": "failed", "confirmed": 1})
    assert refused.status_code == 409
    assert caller.do(f"{one}/again", {"state": "failed", "confirmed": 2}).get_json() == {"sent_again": 2}


def test_what_people_did_since_counts_only_who_got_it_and_only_afterwards(
    databases: dict[str, Database], tmp_path: Path
) -> None:
    desk, base = sent(databases)
    with databases["owner"].reading() as session:
        person_id, delivery_id, launched_at = session.execute(
            text(
                "SELECT d.person_id, d.id, c.launched_at FROM notifications.delivery d"
                " JOIN notifications.campaign c ON c.id = d.campaign_id WHERE d.state = 'sent'"
            )
        ).one()
    reader = reader_in(databases["materials"], tmp_path, edition_id=desk.edition_id)
    others = [one for one in desk.people if one != person_id]
    fetch(databases["materials"], reader, person_id, launched_at - timedelta(days=1))
    fetch(databases["materials"], reader, others[0], launched_at + timedelta(days=1))
    caller = Caller(desk, "Otto", "organiser")
    one = f"/api/notifications/v1/editions/2026/campaigns/{base.rpartition('/')[2]}/reconciliation"
    assert caller.ask(one).get_json()["since"] == {"got": 1, "fetched": 0, "answered": 0, "opted_out": 0}
    assert "Nobody yet." in desk.browser.get(base).get_data(as_text=True)
    fetch(databases["materials"], reader, person_id, launched_at + timedelta(hours=1))
    with databases["owner"].transaction() as session:
        for digest in ("one", "two"):  # two answers of one person
            session.add(
                ReturnedMail(
                    id=new_id(),
                    digest=digest,
                    purpose="r",
                    delivery_id=delivery_id,
                    kind="reply",
                    received_at=launched_at,
                    settled_at=launched_at,
                )
            )
        session.add(OptOut(person_id=person_id, topic_id=desk.topic_id, source="page", opted_out_at=launched_at))
    assert caller.ask(one).get_json()["since"] == {"got": 1, "fetched": 1, "answered": 1, "opted_out": 1}
    assert "Fetched something from the materials" in desk.browser.get(base).get_data(as_text=True)
