from __future__ import annotations

import smtplib
import subprocess
import sys
import time
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from stack.places import CHECKOUT
from stack.readiness import page_answers, smtp_answers
from tests.support.postgres import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def catcher(tmp_path: Path) -> Iterator[tuple[int, str]]:
    smtp, http = free_port(), free_port()
    command = [
        sys.executable,
        "-m",
        "stack.mailbox.catcher",
        f"--maildir={tmp_path}",
        f"--smtp={smtp}",
        f"--http={http}",
    ]
    process = subprocess.Popen(command, cwd=CHECKOUT)
    until = time.monotonic() + 20
    while not (smtp_answers(smtp) and page_answers(f"http://127.0.0.1:{http}/mailbox")):
        assert time.monotonic() < until
        time.sleep(0.05)
    yield smtp, f"http://127.0.0.1:{http}/mailbox"
    process.terminate()
    assert process.wait(timeout=10) == 0


def send(port: int, *, to: str, subject: str) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Academy <a@academy.test>", to, subject
    mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content("Prove: http://127.0.0.1/proofs/abc\n")
    mail.add_alternative("<html><head></head><body><script>alert(1)</script><b>Hi</b></body></html>", subtype="html")
    with smtplib.SMTP("127.0.0.1", port, timeout=5) as smtp:
        smtp.send_message(mail)


def messages(mailbox: str, **query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = httpx.get(f"{mailbox}/api/messages", params=query).json()["messages"]
    return found


def test_a_mail_is_caught_and_can_be_read_in_every_view(catcher: tuple[int, str]) -> None:
    smtp, mailbox = catcher
    send(smtp, to="awa@example.org", subject="Première <b>épreuve</b>")
    send(smtp, to="ivo@example.org", subject="Second")
    assert [one["subject"] for one in messages(mailbox)] == ["Second", "Première <b>épreuve</b>"]
    (first,) = messages(mailbox, q="AWA@example.org")
    mail = httpx.get(f"{mailbox}/api/messages/{first['id']}").json()
    assert mail["text"].startswith("Prove: http://127.0.0.1/proofs/abc")
    assert mail["headers"]["Delivered-To"] == ["awa@example.org"]
    page = httpx.get(mailbox)
    assert "Première &lt;b&gt;épreuve&lt;/b&gt;" in page.text
    for view, words in {"text": "Prove:", "headers": "List-Unsubscribe-Post", "source": "Return-Path:"}.items():
        assert words in httpx.get(f"{mailbox}/{first['id']}?view={view}").text


def test_the_html_of_a_mail_can_run_nothing(catcher: tuple[int, str]) -> None:
    smtp, mailbox = catcher
    send(smtp, to="awa@example.org", subject="Hello")
    (mail,) = messages(mailbox)
    page = httpx.get(f"{mailbox}/{mail['id']}")
    assert "<script" not in page.text
    assert "allow-scripts" not in page.text
    frame = httpx.get(f"{mailbox}/{mail['id']}/frame")
    assert "sandbox" in frame.headers["Content-Security-Policy"]
    assert "default-src 'none'" in frame.headers["Content-Security-Policy"]


def test_a_mail_that_is_not_there_is_not_found(catcher: tuple[int, str]) -> None:
    _smtp, mailbox = catcher
    for name in ("x", "..%2f..%2fetc%2fpasswd", "0123456789012345678.0123456789ab.academy"):
        assert httpx.get(f"{mailbox}/{name}").status_code == 404
