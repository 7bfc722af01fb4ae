"""A mailbox of the bench's own: it takes every mail over SMTP and hands it to whoever waits for it."""

from __future__ import annotations

import email
import email.policy
import time
from collections.abc import Iterator
from contextlib import contextmanager
from re import Pattern
from threading import Condition

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from bench.calibrations.servers import free_port
from bench.load import LoadFailed


class Mailbox:
    """Mails by their recipient, until they are read."""

    def __init__(self) -> None:
        self.port = free_port()
        self._mails: dict[str, bytes] = {}
        self._came = Condition()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Take one mail."""
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        with self._came:
            self._mails.update(dict.fromkeys(envelope.rcpt_tos, content))
            self._came.notify_all()
        return "250 2.0.0 taken"

    def wait_for(self, recipient: str, wanted: Pattern[bytes], *, seconds: float) -> str:
        """Return the first group of ``wanted`` in the text of the next mail to ``recipient``; the mail is then gone."""
        end = time.monotonic() + seconds
        with self._came:
            while recipient not in self._mails:
                if not self._came.wait(end - time.monotonic()):
                    raise LoadFailed(f"no mail for {recipient} within {seconds:.0f} s")
            mail = self._mails.pop(recipient)
        part = email.message_from_bytes(mail, policy=email.policy.default).get_body(("plain",))
        found = wanted.search(part.get_content().encode()) if part else None
        if found is None:
            raise LoadFailed(f"the mail for {recipient} has no such link")
        return found[1].decode()


@contextmanager
def open_mailbox() -> Iterator[Mailbox]:
    """Keep a mailbox on a free port of the loopback until the block's end."""
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=mailbox.port)
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()
