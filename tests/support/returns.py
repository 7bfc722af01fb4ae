"""Mail that comes back, as other mail servers write it; and whoever brings it."""

from __future__ import annotations

import smtplib
from typing import TYPE_CHECKING, Final

from services.notifications.intake import Intake
from tests.support.mail import mail_settings

if TYPE_CHECKING:
    from typing import Any

    from shared.database import Database

RETURN: Final = "returns@academy.example"

REPORT: Final = """\
From: Mail Delivery System <MAILER-DAEMON@mx.example.net>
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain; charset=us-ascii

I could not deliver your message.

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; {recipient}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {said}

--b1
Content-Type: text/rfc822-headers

{head}
--b1--
"""
COMPLAINT: Final = """\
From: complaints@provider.example
To: {to}
Subject: complaint about message
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b1"

--b1
Content-Type: text/plain

This is an email abuse report.

--b1
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: SomeGenerator/1.0
Version: 1

--b1
Content-Type: message/rfc822

{head}
--b1--
"""
VACATION: Final = """\
From: {recipient}
To: {to}
Subject: Automatic reply: Your place
Auto-Submitted: auto-replied

I am away until Monday.
"""
ANSWER: Final = """\
From: Awa Sow <awa@elsewhere.example>
To: {to}
Subject: Re: Your place
Content-Type: text/plain; charset=utf-8

Thank you. May I bring my son?
"""


def wire(template: str, **values: str) -> bytes:
    """Return a message as the wire carries it."""
    known = {"to": RETURN, "recipient": "p0@example.org", "action": "failed", "status": "5.1.1", "head": "Subject: x"}
    known["said"] = "550 5.1.1 User unknown"
    return template.format(**{**known, **values}).replace("\n", "\r\n").encode("utf-8")


def intake_for(database: Database, **more: Any) -> Intake:
    """Return who takes in, with a return address of its own."""
    return Intake(database, mail_settings("smtp://127.0.0.1:1", mail_return=RETURN, **more))


def bring(intake: Intake, to: str, raw: bytes) -> None:
    """Bring a message to a return address past the wire, and let it be read."""
    ticket = intake.admit(to)
    assert ticket is not None
    intake.keep(raw, ticket)
    intake.settle()


def deliver(port: int, to: str, raw: bytes, *, lmtp: bool = False) -> Any:
    """Bring a message over the wire; return the last answer."""
    with (smtplib.LMTP if lmtp else smtplib.SMTP)("127.0.0.1", port, timeout=10) as client:
        client.ehlo("mx.example.net")
        client.mail("")
        answer = client.rcpt(to)
        return client.data(raw) if answer[0] == 250 else answer
