"""The demo's mail catcher: takes every mail, delivers none, keeps all in a Maildir and shows them at /mailbox.

It exists only in the demo and in tests: whoever can open /mailbox reads everybody's mail.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import threading
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from aiosmtpd.smtp import SMTP, Envelope, Session

from stack.mailbox.caught import CaughtMail
from stack.mailbox.pages import MailboxPages


class Catcher:
    """aiosmtpd's handler: each mail becomes a file before it is acknowledged."""

    def __init__(self, caught: CaughtMail) -> None:
        self._caught = caught

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep the mail, as a mailbox would."""
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        self._caught.keep(content, sender=envelope.mail_from or "", recipients=[str(one) for one in envelope.rcpt_tos])
        return "250 2.0.0 Kept"


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 64


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_arguments: Any) -> None:
        """Say nothing: the gateway has its log."""

    def address_string(self) -> str:
        """Return the caller without asking the name service."""
        return str(self.client_address[0])


async def catch(caught: CaughtMail, *, host: str, smtp_port: int, stop: asyncio.Event) -> None:
    """Accept mail until told to stop."""
    loop = asyncio.get_running_loop()
    handler = Catcher(caught)
    server = await loop.create_server(
        lambda: SMTP(handler, hostname="catcher.localhost", enable_SMTPUTF8=True, loop=loop, ident="Academy catcher"),
        host=host,
        port=smtp_port,
        backlog=128,
    )
    async with server:
        await stop.wait()


async def main(maildir: Path, *, host: str, smtp_port: int, http_port: int) -> None:
    """Catch and show mail until SIGTERM or SIGINT."""
    caught = CaughtMail(maildir)
    pages = _Server((host, http_port), _Quiet)
    pages.set_app(MailboxPages(caught))
    threading.Thread(target=pages.serve_forever, daemon=True).start()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await catch(caught, host=host, smtp_port=smtp_port, stop=stop)
    pages.shutdown()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--maildir", type=Path, required=True)
    parser.add_argument("--host", default="127.0.0.1", help="another address only in a network of containers")
    parser.add_argument("--smtp", type=int, required=True)
    parser.add_argument("--http", type=int, required=True)
    given = parser.parse_args()
    asyncio.run(main(given.maildir, host=given.host, smtp_port=given.smtp, http_port=given.http))
