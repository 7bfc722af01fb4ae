"""A mailbox that is looked into, on a real IMAP server."""

from __future__ import annotations

import imaplib
import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from services.notifications.gateways.mailbox import MailboxUnreachable
from services.notifications.intake import Intake
from tests.support.mail import arrange_campaign, carry_once, mail_settings, states
from tests.support.patience import until
from tests.support.postgres import free_port
from tests.support.relay import running_relay
from tests.support.returns import REPORT, RETURN, intake_for, wire

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.database import Database


@contextmanager
def imap_server() -> Iterator[int]:
    """Run an IMAP server with one mailbox in its memory."""
    port = free_port()
    command = [sys.executable, "-c", "import sys; from pymap.main import main; sys.exit(main())"]
    options = ["--host=127.0.0.1", f"--port={port}", "--no-tls", "dict", "--demo-user=us", "--demo-password=p/w"]
    server = subprocess.Popen([*command, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until(lambda: answers(port), seconds=20)
        yield port
    finally:
        server.kill()
        server.wait()


def answers(port: int) -> bool:
    try:
        logged_in(port).logout()
    except OSError:
        return False
    return True


def logged_in(port: int) -> imaplib.IMAP4:
    client = imaplib.IMAP4("127.0.0.1", port, timeout=10)
    client.login("us", "p/w")
    return client


def url_of(port: int) -> str:
    return f"imap://us:p%2Fw@127.0.0.1:{port}/INBOX"


def put(port: int, *messages: bytes) -> None:
    client = logged_in(port)
    for message in messages:
        assert client.append("INBOX", "", imaplib.Time2Internaldate(datetime.now(UTC)), message)[0] == "OK"
    client.logout()


def sent_to(owner: Database, notifications: Database, recipients: int) -> list[str]:
    """Send a campaign; return the return addresses."""
    arrange_campaign(owner, recipients=recipients)
    with running_relay() as relay:
        carry_once(notifications, relay.url, mail_return=RETURN)
    return [mail.sender for mail in relay.taken]


def kept(database: Database) -> int:
    with database.reading() as session:
        return int(session.execute(text("SELECT count(*) FROM notifications.returned_mail")).scalar_one())


def test_a_mailbox_is_read_once_and_left_as_it_is(owner_database: Database, notifications_database: Database) -> None:
    senders = sent_to(owner_database, notifications_database, 3)
    with imap_server() as port:
        put(port, *(wire(REPORT, to=sender) for sender in senders), b"Subject: lunch?\r\n\r\nAt noon?\r\n")
        intake = intake_for(notifications_database, mail_box=url_of(port))
        assert intake.look_into_mailbox() == 4
        assert intake.look_into_mailbox() == 0
        intake.settle()
        client = logged_in(port)
        client.select("INBOX", readonly=True)
        assert len(client.search(None, "UNSEEN")[1][0].split()) == 4
        client.logout()
    assert states(owner_database) == {"bounced": 3}


class Mortal(Intake):
    """Dies when it is about to write down the third message."""

    written = 0

    def _keep_numbered(self, name: str, uid: int, raw: bytes) -> bool:
        self.written += 1
        if self.written > 2:
            raise KeyboardInterrupt
        return super()._keep_numbered(name, uid, raw)


class Hasty(Mortal):
    """The control: notes how far it is before it writes down what is there."""

    def _keep_numbered(self, name: str, uid: int, raw: bytes) -> bool:
        with self._database.transaction() as session:
            session.execute(
                text("UPDATE notifications.mailbox_place SET last_uid = :uid WHERE mailbox = :name"),
                {"uid": uid, "name": name},
            )
        return super()._keep_numbered(name, uid, raw)


@pytest.mark.parametrize(("reader", "found"), [(Mortal, 5), (Hasty, 4)])
def test_who_dies_while_reading_loses_none(
    reader: type[Mortal], found: int, owner_database: Database, notifications_database: Database
) -> None:
    senders = sent_to(owner_database, notifications_database, 5)
    with imap_server() as port:
        put(port, *(wire(REPORT, to=sender) for sender in senders))
        whole = intake_for(notifications_database, mail_box=url_of(port))
        settings = mail_settings("smtp://127.0.0.1:1", mail_return=RETURN, mail_box=url_of(port))
        mortal = reader(notifications_database, settings)
        with pytest.raises(KeyboardInterrupt):
            mortal.look_into_mailbox()
        whole.look_into_mailbox()
    assert kept(owner_database) == found


def test_a_mailbox_that_is_numbered_anew_is_read_anew_and_nothing_counts_twice(
    owner_database: Database, notifications_database: Database
) -> None:
    senders = sent_to(owner_database, notifications_database, 2)
    with imap_server() as port:
        put(port, wire(REPORT, to=senders[0]))
        intake_for(notifications_database, mail_box=url_of(port)).look_into_mailbox()
        with owner_database.transaction() as session:
            session.execute(text("UPDATE notifications.mailbox_place SET validity = validity + 1, last_uid = 1000"))
        put(port, wire(REPORT, to=senders[1]))
        assert intake_for(notifications_database, mail_box=url_of(port)).look_into_mailbox() == 1
    assert kept(owner_database) == 2


def test_a_very_large_message_is_read_as_far_as_it_says_what_happened(
    owner_database: Database, notifications_database: Database
) -> None:
    [sender] = sent_to(owner_database, notifications_database, 1)
    with imap_server() as port:
        put(port, wire(REPORT, to=sender, head="X" * 70 + "\r\n" + ("y" * 76 + "\r\n") * 40_000))
        intake = intake_for(notifications_database, mail_box=url_of(port))
        intake.look_into_mailbox()
        with owner_database.reading() as session:
            size = session.execute(text("SELECT max(length(raw)) FROM notifications.returned_mail")).scalar_one()
        intake.settle()
    assert size <= 1_000_000
    assert states(owner_database) == {"bounced": 1}


def test_a_mailbox_that_cannot_be_opened_is_said_so(notifications_database: Database) -> None:
    for url in (f"imap://us:wrong@127.0.0.1:{free_port()}", f"imaps://us:x@127.0.0.1:{free_port()}"):
        with pytest.raises(MailboxUnreachable):
            intake_for(notifications_database, mail_box=url).look_into_mailbox()
    with imap_server() as port, pytest.raises(MailboxUnreachable):
        intake_for(notifications_database, mail_box=f"imap://us:wrong@127.0.0.1:{port}").look_into_mailbox()
