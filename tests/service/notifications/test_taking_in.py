"""The wire that mail comes back by, as mail servers, mailboxes and those who mean harm use it."""

from __future__ import annotations

import smtplib
import socket
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from services.notifications.gateways.listening import LARGEST, MOST_AT_ONCE
from services.notifications.intake import listener_for
from services.notifications.letters.composer import return_addresses
from shared.clock import now
from shared.schema.base import new_id
from tests.support.mail import mail_settings
from tests.support.patience import until
from tests.support.postgres import free_port
from tests.support.returns import REPORT, RETURN, deliver, intake_for, wire

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.database import Database


@contextmanager
def listening(database: Database, scheme: str = "smtp") -> Iterator[int]:
    port = free_port()
    listener = listener_for(intake_for(database), f"{scheme}://127.0.0.1:{port}")
    listener.start()
    try:
        yield port
    finally:
        listener.stop()


def address_of_ours(purpose: str = "b") -> str:
    settings = mail_settings("smtp://127.0.0.1:1", mail_return=RETURN)
    return return_addresses(settings).address(purpose, new_id())  # type: ignore[arg-type]


def kept(database: Database) -> int:
    with database.reading() as session:
        return int(session.execute(text("SELECT count(*) FROM notifications.returned_mail")).scalar_one())


@pytest.mark.parametrize("scheme", ["smtp", "lmtp"])
def test_what_a_mail_server_brings_is_written_down_before_it_is_told_so(
    scheme: str, owner_database: Database, notifications_database: Database
) -> None:
    with listening(notifications_database, scheme) as port:
        answer = deliver(port, address_of_ours(), wire(REPORT), lmtp=scheme == "lmtp")
        assert answer[0] == 250
        assert kept(owner_database) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda address: address.replace("@", "a@"),
        lambda _address: "returns@academy.example",
        lambda _address: "returns+b@academy.example",
        lambda address: address[:-30] + ("a" if address[-30] != "a" else "b") + address[-29:],
        lambda address: address.replace("+b", "+u", 1),
        lambda _address: "postmaster@academy.example",
        lambda _address: "x" * 300 + "@academy.example",
    ],
)
def test_a_forged_address_is_refused_before_a_byte_of_the_message(
    change: object, owner_database: Database, notifications_database: Database
) -> None:
    with listening(notifications_database) as port:
        answer = deliver(port, change(address_of_ours()), wire(REPORT))  # type: ignore[operator]
        assert 500 <= answer[0] < 600
    assert kept(owner_database) == 0


def test_upper_case_and_marks_of_other_mail_servers_do_not_hide_an_address_of_ours(
    owner_database: Database, notifications_database: Database
) -> None:
    with listening(notifications_database) as port:
        for to in (address_of_ours().upper(), f"prvs=1234abcdef={address_of_ours()}"):
            assert deliver(port, to, wire(REPORT))[0] == 250
    assert kept(owner_database) == 2


def test_a_bomb_of_reports_about_one_mail_fills_no_more_than_twenty_rows(
    owner_database: Database, notifications_database: Database
) -> None:
    to = address_of_ours()
    with listening(notifications_database) as port:
        answers = [deliver(port, to, wire(REPORT, said=f"550 {number}"))[0] for number in range(30)]
    assert answers == [250] * 20 + [550] * 10
    assert kept(owner_database) == 20


@pytest.mark.parametrize("line_end", ["\r\n", ""])
def test_a_mail_of_a_hundred_megabytes_is_cut_off_and_others_get_through(
    line_end: str, owner_database: Database, notifications_database: Database
) -> None:
    piece = ("x" * 990 + line_end).encode() * 100
    with listening(notifications_database) as port:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
            for command in ("EHLO x", "MAIL FROM:<>", f"RCPT TO:<{address_of_ours()}>", "DATA"):
                line.sendall(f"{command}\r\n".encode())
                time.sleep(0.1)
            assert _bytes_taken(line, piece) < 20 * LARGEST
        assert deliver(port, address_of_ours(), wire(REPORT))[0] == 250
    assert kept(owner_database) == 1


def test_a_message_that_says_it_is_too_large_is_refused_at_once(notifications_database: Database) -> None:
    with listening(notifications_database) as port, smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
        client.ehlo()
        assert client.mail("", [f"SIZE={LARGEST + 1}"])[0] == 552


def test_one_connection_too_many_is_told_so_and_the_next_is_served_once_one_has_gone(
    owner_database: Database, notifications_database: Database
) -> None:
    with listening(notifications_database) as port:
        lines = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(MOST_AT_ONCE)]
        for line in lines:
            assert line.recv(100).startswith(b"220")
        with socket.create_connection(("127.0.0.1", port), timeout=10) as extra:
            assert extra.recv(100).startswith(b"421")
        for line in lines:
            line.close()
        until(lambda: _is_served(port), seconds=10)
        assert deliver(port, address_of_ours(), wire(REPORT))[0] == 250
    assert kept(owner_database) == 1


def _is_served(port: int) -> bool:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        return line.recv(100).startswith(b"220")


def test_an_address_older_than_a_report_can_be_is_refused() -> None:
    settings = mail_settings("smtp://127.0.0.1:1", mail_return=RETURN)
    addresses = return_addresses(settings)
    to = addresses.address("b", new_id())
    assert addresses.read(to, now=now()) is not None
    assert addresses.read(to, now=now().replace(year=now().year + 1)) is None


def _bytes_taken(line: socket.socket, piece: bytes) -> int:
    sent = 0
    with suppress(OSError):
        while sent < 100_000_000:
            line.sendall(piece)
            sent += len(piece)
    return sent
