"""A composed mail taken apart again, as a mail program does it."""

from __future__ import annotations

import email
import email.policy
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from email.message import EmailMessage


def parse(message: bytes) -> EmailMessage:
    """Return the message as a mail program reads it."""
    return email.message_from_bytes(message, policy=email.policy.default)


def part(message: bytes, subtype: str) -> str:
    """Return the decoded text of one half of the mail, ``plain`` or ``html``."""
    body = parse(message).get_body((subtype,))
    return "" if body is None else str(body.get_content())
