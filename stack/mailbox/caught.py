"""Caught mail: a Maildir with an index in memory, newest first."""

from __future__ import annotations

import re
import threading
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

NAME = re.compile(r"[0-9]{16,20}\.[0-9a-f]{12}\.academy")


@dataclass(frozen=True)
class Summary:
    """One line of the mailbox."""

    name: str
    sender: str
    recipients: tuple[str, ...]
    subject: str
    received_at: datetime

    def concerns(self, words: str) -> bool:
        """Tell whether all words stand somewhere in recipients, sender or subject."""
        text = " ".join((*self.recipients, self.sender, self.subject)).casefold()
        return all(word in text for word in words.casefold().split())


class CaughtMail:
    """All mails of one catcher."""

    def __init__(self, maildir: Path) -> None:
        self._folder = maildir
        for part in ("tmp", "new", "cur"):
            (maildir / part).mkdir(mode=0o700, parents=True, exist_ok=True)
        self._guard = threading.Lock()
        names = sorted(path.name for part in ("new", "cur") for path in (maildir / part).iterdir())
        self._summaries = [summarise(name, self.source(name) or b"") for name in names if NAME.fullmatch(name)]

    def keep(self, content: bytes, *, sender: str, recipients: list[str]) -> None:
        """Write a mail with its envelope on top, the way a mail server delivers, and list it."""
        envelope = [f"Return-Path: <{sender}>", *(f"Delivered-To: {recipient}" for recipient in recipients)]
        source = "".join(f"{line}\r\n" for line in envelope).encode("utf-8", "replace") + content
        with self._guard:  # names are made in the order of arrival
            name = f"{time.time_ns()}.{uuid.uuid4().hex[:12]}.academy"
            scratch = self._folder / "tmp" / name
            scratch.write_bytes(source)
            scratch.rename(self._folder / "new" / name)
            self._summaries.append(summarise(name, source))

    def newest(self, *, words: str = "") -> list[Summary]:
        """Return the mails that concern these words, newest first."""
        with self._guard:
            found = list(self._summaries)
        return [summary for summary in reversed(found) if summary.concerns(words)]

    def source(self, name: str) -> bytes | None:
        """Return a mail as it was received, or None when there is none of that name."""
        if not NAME.fullmatch(name):
            return None
        for part in ("new", "cur"):
            path = self._folder / part / name
            if path.exists():
                return path.read_bytes()
        return None

    def mail(self, name: str) -> EmailMessage | None:
        """Return a mail, parsed."""
        source = self.source(name)
        return None if source is None else parse(source)


def parse(source: bytes) -> EmailMessage:
    """Parse a mail with Python's modern mail policy."""
    parsed = message_from_bytes(source, policy=policy.default)
    if not isinstance(parsed, EmailMessage):  # the policy decides the class
        raise TypeError(type(parsed).__name__)
    return parsed


def summarise(name: str, source: bytes) -> Summary:
    """Return the line of a mail, from its headers alone."""
    head = parse(source.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")
    return Summary(
        name=name,
        sender=_header(head, "From"),
        recipients=tuple(str(one) for one in head.get_all("Delivered-To", [])),
        subject=_header(head, "Subject"),
        received_at=datetime.fromtimestamp(int(name.partition(".")[0]) / 1e9, UTC),
    )


def body(mail: EmailMessage, kind: str) -> str | None:
    """Return the ``plain`` or the ``html`` body of a mail, if it has one."""
    part = mail.get_body((kind,))
    if part is None or part.get_content_subtype() != kind:
        return None
    content = part.get_content()
    return content if isinstance(content, str) else None


def _header(mail: EmailMessage, name: str) -> str:
    try:
        return str(mail.get(name, ""))
    except (ValueError, IndexError):  # a header no parser understands is still a mail
        return "(unreadable)"
