"""Takes what mail servers bring back, by LMTP or SMTP, at addresses that only our own mails have carried.

Nothing is taken before its recipient has proved to be such an address, nothing larger than :data:`LARGEST`, from few at
a time. What is taken has been written down before the sender is told so.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final
from urllib.parse import urlsplit

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from services.notifications.rules.return_addresses import Ticket

log = logging.getLogger(__name__)

LARGEST: Final = 1_000_000
"""Bytes of a message; reports carry back the head of ours, and our largest mail is a tenth of that."""
MOST_HEARD: Final = 2 * LARGEST
"""Bytes between one message and the next, after which the line is cut."""
MOST_AT_ONCE: Final = 20
SECONDS: Final = 60.0
"""For each command, and for a message."""

Admit = Callable[[str], Ticket | None]
"""Returns what an address stands for when anything may come to it. May raise when nobody can say so now."""
Keep = Callable[[bytes, Ticket], object]
"""Writes a message down for good. Raises when it cannot."""


class Listener:
    """Listens at ``lmtp://host:port`` or ``smtp://host:port``, in a thread of its own from :meth:`start` on."""

    def __init__(self, url: str, *, admit: Admit, keep: Keep) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 0
        self._kind: type[SMTP] = _LimitedLmtp if parts.scheme == "lmtp" else _LimitedSmtp
        self._admit = admit
        self._keep = keep
        self._writers = ThreadPoolExecutor(2, thread_name_prefix="returned")
        self._loop = asyncio.new_event_loop()
        self._thread: threading.Thread | None = None
        self._server: asyncio.Server | None = None
        self.connections = 0

    def start(self) -> None:
        """Begin to listen, unless it has begun. Raises OSError when the place is taken."""
        if self._server is not None:
            return
        self._server = self._loop.run_until_complete(self._loop.create_server(self._answer, self._host, self._port))
        self._thread = threading.Thread(target=self._loop.run_forever, name="returned", daemon=True)
        self._thread.start()

    def _answer(self) -> SMTP:
        return self._kind(
            _Taker(self, self._admit, self._keep, self._writers),
            data_size_limit=LARGEST,
            timeout=SECONDS,
            loop=self._loop,
            ident="Academy returns",
            command_call_limit={"*": 40},
        )

    def stop(self) -> None:
        """Hang up on everybody."""
        if self._thread is None or self._server is None:
            return
        asyncio.run_coroutine_threadsafe(self._close(self._server), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()
        self._writers.shutdown(wait=False)

    async def _close(self, server: asyncio.Server) -> None:
        server.close()
        rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)


class _Taker:
    """What is done at each step of one conversation."""

    def __init__(self, listener: Listener, admit: Admit, keep: Keep, writers: ThreadPoolExecutor) -> None:
        self.listener = listener
        self._admit = admit
        self._keep = keep
        self._writers = writers

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if envelope.rcpt_tos:
            return "452 4.5.3 One recipient at a time"
        answer = await self._ask(lambda: self._admit(address))
        if isinstance(answer, str):
            return answer
        if not isinstance(answer, Ticket):
            return "550 5.1.1 No mail can come back to this address"
        envelope.rcpt_tos.append(address)
        envelope.ticket = answer  # type: ignore[attr-defined]
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        raw, ticket = bytes(envelope.original_content or b""), envelope.ticket  # type: ignore[attr-defined]
        answer = await self._ask(lambda: self._keep(raw, ticket))
        return answer if isinstance(answer, str) else "250 2.6.0 Kept"

    async def _ask(self, question: Callable[[], object]) -> object:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._writers, question)
        except Exception:
            log.exception("what came back could not be kept")
            return "451 4.3.0 Try again later"


class _Limited:
    """Counts the connections of a listener; one too many is told so and closed."""

    line_length_limit = LARGEST  # reports break the rule of 998 characters, and are wanted all the same
    event_handler: _Taker
    transport: Any
    _counted = False
    _heard = 0

    def connection_made(self, transport: Any) -> None:
        """Begin a conversation, or refuse it."""
        listener = self.event_handler.listener
        if listener.connections >= MOST_AT_ONCE:
            transport.write(b"421 4.3.2 Too many at once\r\n")
            transport.close()
            return
        listener.connections += 1
        self._counted = True
        super().connection_made(transport)  # type: ignore[misc]

    def data_received(self, data: bytes) -> None:
        """Read on, unless it is more than a message may be: a line without an end would be kept until there is one."""
        self._heard += len(data)
        if self._heard > MOST_HEARD:
            self.transport.write(b"552 5.3.4 Too large\r\n")
            self.transport.abort()
            return
        super().data_received(data)  # type: ignore[misc]

    def _set_post_data_state(self) -> None:
        self._heard = 0
        super()._set_post_data_state()  # type: ignore[misc]

    def connection_lost(self, error: Exception | None) -> None:
        """End it."""
        if self._counted:
            self.event_handler.listener.connections -= 1
            super().connection_lost(error)  # type: ignore[misc]


class _LimitedSmtp(_Limited, SMTP):
    """SMTP (RFC 5321)."""


class _LimitedLmtp(_Limited, LMTP):
    """LMTP (RFC 2033)."""
