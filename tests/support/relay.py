"""An SMTP relay for the tests that takes, refuses, stalls or hangs up as it is told, on the wire."""

from __future__ import annotations

import asyncio
import email
import email.policy
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiosmtpd.smtp import SMTP

from tests.support.postgres import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from email.message import EmailMessage


@dataclass
class TakenMail:
    """One message as it came over the wire."""

    sender: str
    recipient: str
    content: bytes
    taken_at: float

    @property
    def message(self) -> EmailMessage:
        """The message, parsed by the standard library."""
        return email.message_from_bytes(self.content, policy=email.policy.default)

    def text(self, subtype: str = "plain") -> str:
        """Return the decoded text part of that kind."""
        part = self.message.get_body((subtype,))
        assert part is not None
        return str(part.get_content())


@dataclass
class RelayBehaviour:
    """What the relay answers: functions of the recipient; None means yes."""

    to_sender: Callable[[str], str | None] = lambda _sender: None
    to_recipient: Callable[[str], str | None] = lambda _recipient: None
    to_message: Callable[[str], str | None] = lambda _recipient: None
    """An answer after the final dot; ``hang up`` closes the line instead, after the message was taken."""
    seconds: float = 0.0
    """How long each message takes."""
    stalls: Callable[[str], float] = lambda _recipient: 0.0
    """How much longer that of one recipient takes, in seconds."""
    greets_after: float = 0.0
    """How long it is silent at first."""
    pipelining: bool = True
    """Whether it offers RFC 2920."""
    taken: list[TakenMail] = field(default_factory=list)
    connections: int = 0
    port: int = 0

    @property
    def url(self) -> str:
        """Where this relay listens."""
        return f"smtp://127.0.0.1:{self.port}"

    def recipients(self) -> list[str]:
        """Return who got mail, in order, repeated where repeated."""
        return [mail.recipient for mail in self.taken]


class _Taker:
    def __init__(self, behaviour: RelayBehaviour) -> None:
        self.behaviour = behaviour

    async def handle_EHLO(  # noqa: N802
        self, _server: Any, session: Any, _envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        offered = ["250-PIPELINING"] if self.behaviour.pipelining else []
        return [*responses[:-1], *offered, responses[-1]]

    async def handle_MAIL(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        answer = self.behaviour.to_sender(address)
        if answer is None:
            envelope.mail_from = address
        return answer or "250 OK"

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        answer = self.behaviour.to_recipient(address)
        if answer is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        recipient = envelope.rcpt_tos[0]
        seconds = self.behaviour.seconds + self.behaviour.stalls(recipient)
        if seconds:
            await asyncio.sleep(seconds)
        answer = self.behaviour.to_message(recipient)
        if answer is None or answer == "hang up":
            self.behaviour.taken.append(
                TakenMail(envelope.mail_from, recipient, bytes(envelope.original_content), time.monotonic())
            )
        if answer == "hang up":
            server.transport.abort()
        return answer or "250 taken"


@contextmanager
def running_relay(behaviour: RelayBehaviour | None = None, *, port: int | None = None) -> Iterator[RelayBehaviour]:
    """Run a relay on a free port of the loopback, in a thread of the test."""
    behaviour = told = behaviour or RelayBehaviour()
    behaviour.port = port or free_port()
    loop = asyncio.new_event_loop()
    ready = threading.Event()

    class Greeter(SMTP):
        async def _handle_client(self) -> None:
            if told.greets_after:
                await asyncio.sleep(told.greets_after)
            await super()._handle_client()

    greeters: list[SMTP] = []

    def factory() -> SMTP:
        behaviour.connections += 1
        greeter = Greeter(_Taker(behaviour), hostname="relay.test", loop=loop, enable_SMTPUTF8=False)
        greeters.append(greeter)
        return greeter

    async def serve() -> asyncio.AbstractServer:
        server = await loop.create_server(factory, "127.0.0.1", behaviour.port)
        ready.set()
        return server

    server: list[asyncio.AbstractServer] = []

    def run() -> None:
        asyncio.set_event_loop(loop)
        server.append(loop.run_until_complete(serve()))
        loop.run_forever()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(5)
    try:
        yield behaviour
    finally:

        async def stop() -> None:
            server[0].close()
            rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in rest:
                task.cancel()
            await asyncio.gather(*rest, return_exceptions=True)
            for greeter in greeters:
                if greeter.transport is not None:
                    greeter.transport.close()
            await asyncio.sleep(0.01)  # the transports close themselves in the next turns of the loop
            await loop.shutdown_asyncgens()

        asyncio.run_coroutine_threadsafe(stop(), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()
