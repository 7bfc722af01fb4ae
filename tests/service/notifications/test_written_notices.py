"""Notices sent by API: once under each reference, and their senders told what became of them."""

from __future__ import annotations

import base64
import hmac
import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from services.notifications.rounds.webhooks import call_next
from tests.service.notifications.test_api import Caller
from tests.support.mail import carry_once, mail_settings, states
from tests.support.mail_desk import MailDesk, mail_desk
from tests.support.receiver import Receiver, running_receiver
from tests.support.relay import RelayBehaviour, running_relay
from tests.support.returns import REPORT, RETURN, bring, intake_for, wire

if TYPE_CHECKING:
    from shared.database import Database

API = "/api/notifications/v1/editions/2026"
SCOPES = ["mail:send", "webhooks:keep"]
OWN: dict[str, Any] = {"webhook_networks": ("127.0.0.0/8",)}


def arranged(databases: dict[str, Database], **more: Any) -> tuple[MailDesk, Caller]:
    desk = mail_desk(databases, **OWN, **more)
    return desk, Caller(desk, "Olga", "organiser", scopes=SCOPES)


def notice(desk: MailDesk, reference: str = "visa-17", **other: Any) -> dict[str, Any]:
    words = {"subject": "Your visa letter", "body": "It is **ready**.", "locale": "en"}
    return {"reference": reference, "person_id": str(desk.people[0]), **words, **other}


def call_all(databases: dict[str, Database]) -> None:
    settings = mail_settings("smtp://127.0.0.1:1", **OWN)
    while call_next(databases["notifications"], settings) is not None:
        pass


def an_hour_later(owner: Database) -> None:
    with owner.transaction() as session:
        session.execute(text("UPDATE notifications.webhook_call SET not_before = now() WHERE settled_at IS NULL"))


def test_a_notice_is_sent_once_however_often_it_is_asked_for(databases: dict[str, Database]) -> None:
    desk, caller = arranged(databases)
    answers = [caller.do(f"{API}/notices", notice(desk)) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.get_json()["id"] for answer in answers}) == 1
    with running_relay() as relay:
        carry_once(databases["notifications"], relay.url)
    (mail,) = relay.taken
    assert mail.message["Subject"] == "Your visa letter"
    assert "It is ready." in mail.text()
    assert "<strong>ready</strong>" in mail.text("html")
    assert mail.message["Auto-Submitted"] == "auto-generated"
    asked = caller.ask(f"{API}/notices/visa-17").get_json()
    assert (asked["state"], asked["reply_code"], asked["reference"]) == ("sent", 250, "visa-17")
    assert caller.ask(f"{API}/notices/visa-18").status_code == 404


def test_other_words_under_a_known_reference_are_refused(databases: dict[str, Database]) -> None:
    desk, caller = arranged(databases)
    assert caller.do(f"{API}/notices", notice(desk)).status_code == 201
    assert caller.do(f"{API}/notices", notice(desk, body="Other words")).status_code == 409
    assert states(databases["owner"]) == {"queued": 1}


def test_a_notice_goes_to_people_of_the_edition_only_and_never_above_the_quota(databases: dict[str, Database]) -> None:
    desk, caller = arranged(databases, notices_per_day=1)
    with databases["owner"].reading() as session:
        wendy = session.execute(text("SELECT id FROM people.person WHERE name = 'Wendy'")).scalar_one()
    assert caller.do(f"{API}/notices", notice(desk, person_id=str(wendy))).status_code == 404
    assert caller.do(f"{API}/notices", notice(desk)).status_code == 201
    used_up = caller.do(f"{API}/notices", notice(desk, "visa-18"))
    assert (used_up.status_code, used_up.headers["Retry-After"]) == (429, "86400")
    assert caller.do(f"{API}/notices", notice(desk)).status_code == 201
    reader = Caller(desk, "Rita", "viewer", scopes=["mail:read"])
    assert reader.do(f"{API}/notices", notice(desk, "visa-19")).status_code == 403


@pytest.mark.parametrize(
    "wrong", [{"subject": "a\r\nBcc: x@example.org"}, {"body": " "}, {"reference": "é"}, {"locale": "de"}]
)
def test_what_no_mail_can_carry_is_refused(databases: dict[str, Database], wrong: dict[str, str]) -> None:
    desk, caller = arranged(databases)
    assert caller.do(f"{API}/notices", notice(desk, **wrong)).status_code == 422
    assert states(databases["owner"]) == {}


def test_a_webhook_is_told_signed_of_what_became_of_a_notice_and_later_that_it_came_back(
    databases: dict[str, Database],
) -> None:
    desk, caller = arranged(databases)
    with running_receiver() as receiver, running_relay() as relay:
        made = caller.do(f"{API}/webhooks", {"url": receiver.url}).get_json()
        sent = caller.do(f"{API}/notices", notice(desk)).get_json()
        carry_once(databases["notifications"], relay.url, mail_return=RETURN)
        call_all(databases)
        bring(intake_for(databases["notifications"]), relay.taken[0].sender, wire(REPORT))
        call_all(databases)
    assert [json.loads(body)["type"] for _headers, body in receiver.got] == ["notice.sent", "notice.bounced"]
    headers, body = receiver.got[0]
    assert json.loads(body)["data"] == {"id": sent["id"], "reference": "visa-17", "state": "sent"}
    key = base64.b64decode(made["secret"].removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    assert headers["webhook-signature"] == "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
    assert b"p0@example.org" not in body + receiver.got[1][1]


def test_what_does_not_arrive_is_told_again_with_the_same_words(databases: dict[str, Database]) -> None:
    desk, caller = arranged(databases)
    with running_receiver(Receiver(codes=[500, 302, 204], location="http://127.0.0.1:1/")) as receiver:
        made = caller.do(f"{API}/webhooks", {"url": receiver.url}).get_json()
        caller.do(f"{API}/notices", notice(desk))
        with running_relay(RelayBehaviour(to_recipient=lambda _who: "550 5.1.1 nobody")) as relay:
            carry_once(databases["notifications"], relay.url)
        for _try in range(4):
            call_all(databases)
            an_hour_later(databases["owner"])
    assert [json.loads(body)["data"]["state"] for _headers, body in receiver.got] == ["failed"] * 3
    assert len({(headers["webhook-id"], body) for headers, body in receiver.got}) == 1
    (call,) = caller.ask(f"{API}/webhooks/{made['id']}/calls").get_json()["items"]
    assert (call["attempts"], call["code"], call["arrived"]) == (3, 204, True)


def test_a_stopped_webhook_is_not_called_and_misses_nothing_that_waited(databases: dict[str, Database]) -> None:
    desk, caller = arranged(databases)
    with running_receiver(Receiver(codes=[500, 204])) as receiver:
        made = caller.do(f"{API}/webhooks", {"url": receiver.url}).get_json()
        caller.do(f"{API}/notices", notice(desk))
        with running_relay() as relay:
            carry_once(databases["notifications"], relay.url)
        call_all(databases)
        organiser = desk.another("Oda", "organiser")
        page = f"/desk/mail/e/2026/webhooks/{made['id']}"
        assert organiser.post(f"{page}/stop", page).status_code == 303
        an_hour_later(databases["owner"])
        call_all(databases)
        assert len(receiver.got) == 1
        assert organiser.post(f"{page}/resume", page).status_code == 303
        call_all(databases)
    assert len(receiver.got) == 2
    shown = organiser.browser.get(page).text
    assert "Arrived" in shown
    assert made["secret"] in shown
    assert receiver.url in organiser.browser.get("/desk/mail/e/2026/webhooks").text


def test_a_webhook_never_leads_into_our_own_network(databases: dict[str, Database]) -> None:
    desk = mail_desk(databases)
    caller = Caller(desk, "Olga", "organiser", scopes=SCOPES)
    with running_receiver() as receiver, running_relay() as relay:
        assert caller.do(f"{API}/webhooks", {"url": receiver.url}).status_code == 422
        made = caller.do(f"{API}/webhooks", {"url": "https://hooks.example.org/"}).get_json()
        with databases["owner"].transaction() as session:  # a name that leads inside, once it is looked up
            session.execute(text("UPDATE notifications.webhook SET url = :url"), {"url": receiver.url})
        caller.do(f"{API}/notices", notice(desk))
        carry_once(databases["notifications"], relay.url)
        assert call_next(databases["notifications"], mail_settings("smtp://127.0.0.1:1")) is not None
    assert receiver.got == []
    (call,) = caller.ask(f"{API}/webhooks/{made['id']}/calls").get_json()["items"]
    assert (call["said"], call["code"], call["arrived"]) == ("not_public", None, False)
    page = desk.another("Oda", "organiser")
    refused = page.post("/desk/mail/e/2026/webhooks", url="https://127.0.0.1/x")
    assert refused.status_code == 422
    assert "public Internet" in refused.text
    assert "https://127.0.0.1/x" in refused.text
