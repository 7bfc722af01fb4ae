"""A mailbox that mail comes back to, read by IMAP (RFC 3501, RFC 9051).

Nothing in it is changed: no flag set, nothing moved or deleted. How far it has been read is remembered on our side,
after what was read has been written down there; a mailbox may therefore be read by humans as well.
"""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import Final, Self
from urllib.parse import SplitResult, unquote, urlsplit

LARGEST: Final = 1_000_000
"""Of a larger message only so many bytes are read: what happened is said at its beginning."""
SECONDS: Final = 30.0
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class MailboxUnreachable(Exception):  # noqa: N818 - a state of the world, said as one
    """The mailbox cannot be opened, or the line broke."""


class Mailbox:
    """An open mailbox. :meth:`after` may be called many times."""

    def __init__(self, url: str) -> None:
        """Log in and open the folder for reading. Raises :class:`MailboxUnreachable`."""
        parts = urlsplit(url)
        try:
            self._client = _connected(parts)
        except (OSError, imaplib.IMAP4.error) as error:
            raise MailboxUnreachable(str(error)) from error
        try:
            self._client.login(unquote(parts.username or ""), unquote(parts.password or ""))
            answer, words = self._client.select(_quoted(unquote(parts.path.strip("/")) or "INBOX"), readonly=True)
        except (OSError, imaplib.IMAP4.error) as error:
            self.close()
            raise MailboxUnreachable(str(error)) from error
        if answer != "OK":
            self.close()
            raise MailboxUnreachable(str(words))
        found = self._client.response("UIDVALIDITY")[1]
        self.validity = int(found[0]) if found and found[0] else 0
        """Changes when the numbers of the messages mean others than before."""

    def after(self, uid: int, *, since: datetime) -> Iterator[tuple[int, bytes]]:
        """Yield number and text of the messages numbered above ``uid``, in order, that came ``since`` that day."""
        day = f"{since.day:02d}-{_MONTHS[since.month - 1]}-{since.year}"
        try:
            _answer, found = self._client.uid("SEARCH", f"UID {uid + 1}:* SINCE {day}")
            numbers = sorted({int(number) for number in (found[0] or b"").split()})
            for number in numbers:
                if number <= uid:  # "n:*" names the last message whatever its number (RFC 3501, 6.4.8)
                    continue
                _answer, parts = self._client.uid("FETCH", str(number), f"(BODY.PEEK[]<0.{LARGEST}>)")
                text = next((part[1] for part in parts if isinstance(part, tuple)), None)
                if text is not None:  # deleted in between
                    yield number, text
        except (OSError, imaplib.IMAP4.error) as error:
            raise MailboxUnreachable(str(error)) from error

    def close(self) -> None:
        """Log out. Never raises."""
        with suppress(OSError, imaplib.IMAP4.error):
            self._client.logout()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self.close()


def _connected(parts: SplitResult) -> imaplib.IMAP4:
    host, safe = parts.hostname or "", ssl.create_default_context()
    if parts.scheme == "imaps":
        return imaplib.IMAP4_SSL(host, parts.port or 993, ssl_context=safe, timeout=SECONDS)
    client = imaplib.IMAP4(host, parts.port or 143, timeout=SECONDS)
    if parts.scheme == "imap+starttls":
        try:
            client.starttls(ssl_context=safe)
        except BaseException:
            client.shutdown()
            raise
    return client


def _quoted(folder: str) -> str:
    escaped = folder.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
