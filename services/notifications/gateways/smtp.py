"""One connection to the relay that carries many messages, a round trip apart at most.

:mod:`smtplib` does the greeting, TLS and login; the messages are written here, because the library asks four times per
message and looks at every byte twice. Where the relay offers PIPELINING (RFC 2920) one write carries a message and the
envelope of the next, so that each costs one round trip; where it does not, commands go one by one.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self
from urllib.parse import unquote, urlsplit

from services.notifications.gateways.relay import ConnectionBroken, RelayUnreachable, Reply
from services.notifications.rules.retries import Stage

CONNECT_SECONDS: Final = 10.0
REPLY_SECONDS: Final = 20.0
"""How long an answer may take; a task has 60 s in all."""
CLOSING: Final = 421
"""The relay closes the line after this answer (RFC 5321, 3.8)."""
GO_AHEAD: Final = 354
_YES: Final = frozenset({250, 251, GO_AHEAD})
_STAGES: Final[tuple[Stage, ...]] = ("mail", "rcpt", "data")
_DOT: Final = re.compile(rb"^\.", re.MULTILINE)


class SmtpRelay:
    """A connection to an SMTP relay."""

    def __init__(self, url: str, *, local_name: str | None = None) -> None:
        """Connect to ``smtp://[user:password@]host[:port]``; ``smtp+starttls`` and ``smtps`` verify the certificate.

        Raises :class:`RelayUnreachable`.
        """
        parts = urlsplit(url)
        host = parts.hostname or "127.0.0.1"
        try:
            self._client = _connect(parts.scheme, host, parts.port, local_name=local_name)
            self._client.ehlo_or_helo_if_needed()
            if parts.scheme == "smtp+starttls":
                self._client.starttls(context=ssl.create_default_context())
                self._client.ehlo_or_helo_if_needed()
            if parts.username:
                self._client.login(unquote(parts.username), unquote(parts.password or ""))
        except (OSError, smtplib.SMTPException) as error:
            raise RelayUnreachable(f"{type(error).__name__}: {error}") from error
        sock = self._client.sock
        if sock is None:
            raise RelayUnreachable("the connection closed at once")
        sock.settimeout(REPLY_SECONDS)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._sock = sock
        self.pipelining = self._client.has_extn("pipelining")
        self._ahead: str | None = None
        """The recipient announced together with the message before; the relay's answers are still unread."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def send(
        self,
        sender: str,
        recipient: str,
        message: bytes,
        *,
        before_body: Callable[[], None],
        following: str | None = None,
    ) -> Reply:
        """See :class:`Relay`. ``message`` has CRLF line ends and ends with one."""
        begun = False
        try:
            reply = self._open(sender, recipient)
            if reply is None:
                before_body()
                begun = True
                ahead = following if self.pipelining else None
                self._sock.sendall(_stuffed(message) + (_envelope(sender, ahead) if ahead else b""))
                self._ahead = ahead
                reply = self._reply("end")
            if reply.code == CLOSING:
                self.close()
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise ConnectionBroken(f"{type(error).__name__}: {error}", body_begun=begun) from error
        else:
            return reply

    def _open(self, sender: str, recipient: str) -> Reply | None:
        """Bring the relay to the point where it waits for the message, or return its refusal."""
        if self._ahead is not None and self._ahead != recipient:
            # the relay waits for somebody else's message, and an empty one must not reach them
            raise smtplib.SMTPServerDisconnected("another recipient was announced")
        if self._ahead is None and not self.pipelining:
            return self._open_stepwise(sender, recipient)
        if self._ahead is None:
            self._sock.sendall(_envelope(sender, recipient))
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
            self._sock.sendall(b".\r\n")
            self._reply("end")
        else:
            self._reset()
        return refused

    def _open_stepwise(self, sender: str, recipient: str) -> Reply | None:
        for stage, command in zip(_STAGES, _envelope(sender, recipient).splitlines(keepends=True), strict=True):
            self._sock.sendall(command)
            reply = self._reply(stage)
            if reply.code == CLOSING:
                return reply
            if reply.code not in _YES:
                self._reset()
                return reply
        return None

    def _reply(self, stage: Stage) -> Reply:
        code, text = self._client.getreply()
        if code == -1:
            raise smtplib.SMTPServerDisconnected("no reply")
        return Reply(code=code, text=text.decode("utf-8", "replace")[:500], stage=stage)

    def _reset(self) -> None:
        """Forget the message begun. A relay that has hung up meanwhile is found out by the next message."""
        try:
            self._sock.sendall(b"RSET\r\n")
            self._client.getreply()
        except (OSError, smtplib.SMTPException):
            self.close()

    @property
    def is_open(self) -> bool:
        """Whether another message may be tried on this connection."""
        return self._client.sock is not None

    def close(self) -> None:
        """Say goodbye without waiting for an answer."""
        try:
            if self._client.sock is not None:
                self._client.sock.sendall(b"QUIT\r\n")
        except OSError:
            pass
        finally:
            self._client.close()


def _connect(scheme: str, host: str, port: int | None, *, local_name: str | None) -> smtplib.SMTP:
    if scheme == "smtps":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(host, port or 465, local_name, timeout=CONNECT_SECONDS, context=context)
    return smtplib.SMTP(host, port or (587 if scheme == "smtp+starttls" else 25), local_name, timeout=CONNECT_SECONDS)


def _envelope(sender: str, recipient: str) -> bytes:
    return f"MAIL FROM:<{sender}>\r\nRCPT TO:<{recipient}>\r\nDATA\r\n".encode("ascii")


def _stuffed(message: bytes) -> bytes:
    """Return ``message`` with leading dots doubled and the final dot (RFC 5321, 4.5.2)."""
    if b"\n." in message or message.startswith(b"."):
        message = _DOT.sub(b"..", message)
    return message + b".\r\n"
