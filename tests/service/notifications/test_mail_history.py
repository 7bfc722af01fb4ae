"""What was sent to a person can be shown again, to staff and to the reader."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sqlalchemy import text

from services.notifications.actions.notices import queue_notice
from services.notifications.queries.recipients import person
from shared.clock import now
from shared.schema.base import new_id
from tests.service.notifications.test_api import Caller
from tests.support.mail import carry_once, row_of
from tests.support.mail_desk import MailDesk, mail_desk
from tests.support.relay import RelayBehaviour, running_relay
from tests.support.web import visitor

if TYPE_CHECKING:
    from shared.database import Database

API = "/api/notifications/v1/editions/2026"


def sent_campaign(databases: dict[str, Database]) -> tuple[MailDesk, RelayBehaviour]:
    """Launch a campaign to three people and let it leave."""
    desk = mail_desk(databases)
    base = desk.campaign()
    assert desk.post(f"{base}/launch", confirmed="3", sure="yes").status_code == 303
    with running_relay() as relay:
        carry_once(databases["notifications"], relay.url)
    return desk, relay


def tell(databases: dict[str, Database], desk: MailDesk, kind: str) -> None:
    """Write a notice to the first person."""
    with databases["notifications"].transaction() as session:
        reader = person(session, person_id=desk.people[0])
        assert reader is not None
        queue_notice(
            session,
            kind=kind,
            cause=new_id(),
            recipient=reader,
            about_id=new_id(),
            edition_id=desk.edition_id,
            fields={"name": "Person 0", "edition": "Academy"},
            now=now(),
        )


def page_of(mail: str) -> str:
    found = re.search(r"https://academy\.example(/mail/read/\S+)", mail)
    assert found is not None
    return found[1]


def move_edition(databases: dict[str, Database]) -> None:
    with databases["owner"].transaction() as session:
        session.execute(text("UPDATE registration.edition SET place = 'Elsewhere'"))
        session.execute(text("UPDATE notifications.campaign_text SET body = 'Something else.'"))


def test_a_mail_is_shown_as_it_was_sent_after_its_words_have_changed(databases: dict[str, Database]) -> None:
    desk, _relay = sent_campaign(databases)
    move_edition(databases)
    mail = f"/desk/mail/deliveries/{row_of(databases['owner'], 'p0@example.org').id}"
    shown, frame = desk.browser.get(mail).text, desk.browser.get(f"{mail}/mail")
    assert "The words that were sent" in shown
    assert "Dear Person 0, read it." in shown
    assert "Dear Person 0, read it." in frame.text
    assert "sandbox" in frame.headers["Content-Security-Policy"]


def test_what_staff_see_of_a_mail_opens_nothing(databases: dict[str, Database]) -> None:
    desk, _relay = sent_campaign(databases)
    tell(databases, desk, "sign_in")
    shown = []
    with databases["owner"].reading() as session:
        ids = session.execute(text("SELECT id FROM notifications.delivery")).scalars().all()
    for one in ids:
        shown += [desk.browser.get(f"/desk/mail/deliveries/{one}{page}").text for page in ("", "/mail")]
    links = {
        link for page in shown for link in re.findall(r"/(?:sign-in|mail/read|mail/unsubscribe)/([^\"\s<]+)", page)
    }
    assert set(links) == {"***"}


def test_a_person_s_mails_are_listed_with_what_became_of_them(databases: dict[str, Database]) -> None:
    desk, _relay = sent_campaign(databases)
    listed = desk.browser.get(f"/desk/mail/e/2026/people/{desk.people[1]}").text
    assert "Mails to Person 1" in listed
    assert "The Reader" in listed
    assert "Person 0" not in listed
    caller = Caller(desk, "Olga", "organiser", scopes=["mail:read"])
    first = caller.ask(f"{API}/people/{desk.people[1]}/mails?limit=1").get_json()
    assert [(one["kind"], one["state"]) for one in first["items"]] == [("campaign", "sent")]
    assert caller.ask(f"{API}/people/{desk.people[1]}/mails?after={first['next_after']}").get_json()["items"] == []
    whole = caller.ask(f"{API}/mails/{first['items'][0]['id']}").get_json()
    assert (whole["subject"], whole["kept"]) == ("fr: Person 1", True)
    assert "Bonjour Person 1." in whole["text"]
    assert caller.ask(f"{API}/mails/{new_id()}").status_code == 404


def test_the_reader_reads_the_mail_in_the_browser_as_it_was_sent(databases: dict[str, Database]) -> None:
    desk, relay = sent_campaign(databases)
    move_edition(databases)
    mail = next(one for one in relay.taken if one.recipient == "p0@example.org")
    address = page_of(mail.text())
    assert address in mail.text("html")
    answer = visitor(desk.browser.application).get(address)
    assert "Dear Person 0, read it." in answer.text
    assert "/mail/unsubscribe/" in answer.text
    assert "/mail/read/" not in answer.text
    assert (answer.headers["X-Robots-Tag"], answer.headers["Cache-Control"]) == ("noindex", "no-store")
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    for forged in (address[:-1], address.replace("/read/", "/unsubscribe/"), "/mail/read/x"):
        assert visitor(desk.browser.application).get(forged).status_code == 404


def test_a_test_of_a_draft_has_a_page_too_and_a_notice_has_none(databases: dict[str, Database]) -> None:
    desk = mail_desk(databases)
    base = desk.campaign()
    assert desk.post(f"{base}/test", f"{base}/preview", locale="en", person="").status_code == 303
    tell(databases, desk, "offer_accepted")
    with running_relay() as relay:
        carry_once(databases["notifications"], relay.url)
    texts = [mail.text() for mail in relay.taken]
    assert sum("/mail/read/" in one for one in texts) == 1
    page = page_of(next(one for one in texts if "/mail/read/" in one))
    assert "read it." in visitor(desk.browser.application).get(urlsplit(page).path).text


def test_of_a_person_whose_values_are_gone_no_page_speaks(databases: dict[str, Database]) -> None:
    desk, relay = sent_campaign(databases)
    mail = next(one for one in relay.taken if one.recipient == "p0@example.org")
    with databases["owner"].transaction() as session:
        session.execute(text("UPDATE notifications.delivery SET address = '', addressee = '', fields = '{}'"))
    assert visitor(desk.browser.application).get(page_of(mail.text())).status_code == 404
    with databases["owner"].reading() as session:
        one = session.execute(text("SELECT id FROM notifications.delivery LIMIT 1")).scalar_one()
        kept = session.execute(text("SELECT words::text FROM notifications.agreed_text")).scalars().all()
    assert "Nothing is left of it" in desk.browser.get(f"/desk/mail/deliveries/{one}").text
    assert not any("Person" in words or "@example.org" in words for words in kept)
