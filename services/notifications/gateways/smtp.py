"""One connection to the relay that carries many messages, a round trip apart at most.

:mod:`smtplib` does the greeting, TLS and login; the messages are written and the answers read here, because the library
asks four times per message and looks at every byte twice. Where the relay offers PIPELINING (RFC 2920) one write
carries a message and the envelope of the next, so that each costs one round trip; where it does not, commands go one
by one. Answers may take as long as RFC 5321, 4.5.3.2 lets them.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
import time
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

from services.notifications.gateways.greeting import RFC_5321, Patience, greeted
from services.notifications.gateways.relay import ConnectionBroken, Envelope, RelayUnreachable
from services.notifications.rules.retries import CLOSING, Reply, Stage

GO_AHEAD: Final = 354
_LOOK_ROUND: Final = 1.0
"""Seconds of silence after which a waiting sender looks whether it is to end."""
_YES: Final = frozenset({250, 251, GO_AHEAD})
_STAGES: Final[tuple[Stage, ...]] = ("mail", "rcpt", "data")
_DOT: Final = re.compile(rb"^\.", re.MULTILINE)
_LONGEST_TEXT: Final = 500
_MOST_LINES: Final = 100


class SmtpRelay:
    """A connection to an SMTP relay."""

    def __init__(
        self,
        url: str,
        *,
        local_name: str | None = None,
        patience: Patience = RFC_5321,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        """Connect to ``smtp://[user:password@]host[:port]``; ``smtp+starttls`` and ``smtps`` verify the certificate.

        While an answer is waited for ``stopping`` is asked every second. Raises :class:`RelayUnreachable`.
        """
        self._patience = patience
        self._stopping = stopping
        self._client = greeted(url, local_name=local_name, patience=patience)
        sock = self._client.sock
        if sock is None:
            raise RelayUnreachable("the connection closed at once", trouble="closing")
        sock.settimeout(_LOOK_ROUND)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._sock = sock
        self._unread = b""
        self.pipelining = self._client.has_extn("pipelining")
        self._ahead: Envelope | None = None
        """What was announced together with the message before; the relay's answers are still unread."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def send(
        self,
        envelope: Envelope,
        message: bytes,
        *,
        before_body: Callable[[], None],
        following: Envelope | None = None,
    ) -> Reply:
        """See :class:`Relay`. ``message`` has CRLF line ends and ends with one."""
        begun = False
        try:
            reply = self._open(envelope)
            if reply is None:
                before_body()
                begun = True
                ahead = following if self.pipelining else None
                self._write(_stuffed(message) + (_commands(ahead) if ahead else b""))
                self._ahead = ahead
                reply = self._reply("end")
            if reply.code == CLOSING:
                self.close()
        except (OSError, smtplib.SMTPException) as error:
            self._client.close()
            raise ConnectionBroken(f"{type(error).__name__}: {error}", body_begun=begun) from error
        except BaseException:
            self._client.close()  # the relay waits for a message that will not come; a word to it would be that message
            raise
        else:
            return reply

    def _open(self, envelope: Envelope) -> Reply | None:
        """Bring the relay to the point where it waits for the message, or return its refusal."""
        if self._ahead is not None and self._ahead != envelope:
            # the relay waits for somebody else's message, and an empty one must not reach them
            raise smtplib.SMTPServerDisconnected("another recipient was announced")
        if self._ahead is None and not self.pipelining:
            return self._open_stepwise(envelope)
        if self._ahead is None:
            self._write(_commands(envelope))
        self._ahead = None
        replies: list[Reply] = []
        for stage in _STAGES:
            replies.append(self._reply(stage))
            if replies[-1].code == CLOSING:
                return replies[-1]
        refused = next((reply for reply in replies if reply.code not in _YES), None)
        if refused is None:
            return None
        if replies[-1].code == GO_AHEAD:  # DATA was taken with nobody to give it to: an empty one ends it
            self._write(b".\r\n")
            self._reply("end")
        else:
            self._reset()
        return refused

    def _open_stepwise(self, envelope: Envelope) -> Reply | None:
        for stage, command in zip(_STAGES, _commands(envelope).splitlines(keepends=True), strict=True):
            self._write(command)
            reply = self._reply(stage)
            if reply.code == CLOSING:
                return reply
            if reply.code not in _YES:
                self._reset()
                return reply
        return None

    def _write(self, words: bytes) -> None:
        """Send all of ``words``; a line that takes nothing for too long is broken."""
        left, end = memoryview(words), time.monotonic() + self._patience.block
        while left:
            try:
                left = left[self._sock.send(left) :]
                end = time.monotonic() + self._patience.block
            except (TimeoutError, ssl.SSLWantWriteError):
                if time.monotonic() > end:
                    raise

    def _reply(self, stage: Stage) -> Reply:
        """Read one answer; of a long one the first words count."""
        waiting_since = time.monotonic()
        texts: list[bytes] = []
        while True:
            line, found, rest = self._unread.partition(b"\n")
            if not found:
                self._receive(waiting_since, self._patience.at(stage))
                continue
            self._unread = rest
            if not line[:3].isdigit() or len(texts) > _MOST_LINES:
                raise smtplib.SMTPServerDisconnected("an answer that is none")
            texts.append(line[4:].strip())
            if line[3:4] != b"-":
                text = b"\n".join(texts).decode("utf-8", "replace")[:_LONGEST_TEXT].replace("\0", "")
                return Reply(code=int(line[:3]), text=text, stage=stage)

    def _receive(self, since: float, seconds: float) -> None:
        """Wait for more of an answer that is due ``seconds`` after ``since``, less when this process is to end."""
        while True:
            try:
                more = self._sock.recv(65536)
            except (TimeoutError, ssl.SSLWantReadError):
                waited = time.monotonic() - since
                if waited > seconds or (self._stopping() and waited > self._patience.last):
                    raise TimeoutError(f"no answer in {waited:.0f} s") from None
                continue
            if not more:
                raise smtplib.SMTPServerDisconnected("no answer")
            self._unread += more
            return

    def _reset(self) -> None:
        """Forget the message begun. A relay that has hung up meanwhile is found out by the next message."""
        try:
            self._write(b"RSET\r\n")
            self._reply("mail")
        except (OSError, smtplib.SMTPException):
            self.close()

    @property
    def is_open(self) -> bool:
        """Whether another message may be tried on this connection."""
        return self._client.sock is not None

    def close(self) -> None:
        """Say goodbye without waiting for an answer."""
        try:
            if self._client.sock is not None and self._ahead is None:
                self._client.sock.sendall(b"QUIT\r\n")
        except OSError:
            pass
        finally:
            self._client.close()


def _commands(envelope: Envelope) -> bytes:
    return f"MAIL FROM:<{envelope.sender}>\r\nRCPT TO:<{envelope.recipient}>\r\nDATA\r\n".encode("ascii")


def _stuffed(message: bytes) -> bytes:
    """Return ``message`` with leading dots doubled and the final dot (RFC 5321, 4.5.2)."""
    if b"\n." in message or message.startswith(b"."):
        message = _DOT.sub(b"..", message)
    return message + b".\r\n"
