"""How a conversation with the relay begins: connection, greeting, encryption, login; and how long each may take."""

from __future__ import annotations

import smtplib
import socket
import ssl
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

from services.notifications.gateways.relay import RelayUnreachable
from services.notifications.rules.retries import Stage
from services.notifications.rules.troubles import Trouble


@dataclass(frozen=True)
class Patience:
    """Seconds to wait: for the connection, the greeting, each answer, and for the line to take more of a message."""

    connect: float = 30
    greeting: float = 300
    mail: float = 300
    rcpt: float = 300
    data: float = 120
    block: float = 180
    end: float = 600
    last: float = 15
    """For the answer to a message on its way when this process is to end."""

    def at(self, stage: Stage) -> float:
        """Return how long the answer to a command may take."""
        return float(getattr(self, stage))


RFC_5321: Final = Patience()


def _trusting() -> ssl.SSLContext:
    """Return what a safe line needs. Reading all authorities takes longer than a mail: an unsafe line goes without."""
    return ssl.create_default_context()


def greeted(url: str, *, local_name: str | None, patience: Patience) -> smtplib.SMTP:
    """Return a client that has been greeted and, where the address says so, has encrypted the line and logged in."""
    parts = urlsplit(url)
    client: _Patient | _PatientSecure
    if parts.scheme == "smtps":
        client = _PatientSecure(local_hostname=local_name, timeout=patience.connect, context=_trusting())
    else:
        client = _Patient(local_hostname=local_name, timeout=patience.connect)
    client.answers_within = patience.greeting
    port = parts.port or {"smtps": 465, "smtp+starttls": 587}.get(parts.scheme, 25)
    step: Trouble = "unreachable"
    try:
        code, words = client.connect(parts.hostname or "127.0.0.1", port)
        if code != 220:  # noqa: PLR2004 - RFC 5321, 4.2.3: service ready
            raise smtplib.SMTPConnectError(code, words)
        client.ehlo_or_helo_if_needed()
        if parts.scheme == "smtp+starttls":
            step = "unsafe"
            client.starttls(context=_trusting())
            client.ehlo_or_helo_if_needed()
        if parts.username:
            step = "login"
            client.login(unquote(parts.username), unquote(parts.password or ""))
    except (OSError, smtplib.SMTPException) as error:
        client.close()
        raise RelayUnreachable(_said(error), trouble=_trouble(error, step)) from error
    return client


def _trouble(error: Exception, step: Trouble) -> Trouble:
    if isinstance(error, ssl.SSLError) and not isinstance(error, TimeoutError):
        return "unsafe"
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return "silent"
    if isinstance(error, OSError) and not isinstance(error, smtplib.SMTPException):
        return "unreachable"
    if isinstance(error, smtplib.SMTPResponseException) and 400 <= error.smtp_code < 500:  # noqa: PLR2004
        return "closing"
    return "closing" if isinstance(error, smtplib.SMTPServerDisconnected) else step


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error.decode("utf-8", "replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
        return f"{error.smtp_code} {words}"
    return str(error) or type(error).__name__


class _Patient(smtplib.SMTP):
    """A client that connects quickly or not at all, but waits long for what is said then."""

    answers_within: float = RFC_5321.greeting

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        sock: socket.socket = super()._get_socket(host, port, timeout)  # type: ignore[misc]
        sock.settimeout(self.answers_within)
        return sock


class _PatientSecure(smtplib.SMTP_SSL):
    """The same over TLS from the first byte."""

    answers_within: float = RFC_5321.greeting

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        sock: socket.socket = super()._get_socket(host, port, timeout)  # type: ignore[misc]
        sock.settimeout(self.answers_within)
        return sock
