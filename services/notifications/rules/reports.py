"""What mail servers report in forms made for machines: delivery status (RFC 3464) and complaints (RFC 5965).

A report is written by whoever could be reached, from hostile to helpful: everything in it is taken as text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from typing import Final

LONGEST_SAID: Final = 500
_STATUS: Final = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_DEAD: Final = frozenset({"5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.1.6", "5.1.10", "5.2.1", "5.4.4"})
"""Statuses of an address that nobody will read again (RFC 3463, 3.2 to 3.5; RFC 7505, 4.3)."""
_VAGUE: Final = frozenset({"", "5.0.0", "5.3.0", "5.5.0", "5.4.0"})
_PASSING_WORDS: Final = re.compile(
    r"full|quota|over.?limit|too (?:many|large|big)|size|spam|blocked|block ?list|black ?list|polic|reputation|"
    r"temporar|try again|rate|authenticat|dmarc|spf|relay(?:ing)? (?:access )?denied|content|timed? ?out|"
    r"connection|loop",
    re.IGNORECASE,
)
_DEAD_WORDS: Final = re.compile(
    r"(?:user|mailbox|recipient|address|account)[^.\n]{0,60}"
    r"(?:unknown|not (?:found|exist)|n't exist|does ?n.t exist|no longer|invalid|disabled|unavailable|rejected)|"
    r"(?:unknown|no such|invalid|bad)[^.\n]{0,20}(?:user|mailbox|recipient|address|account|person)|"
    r"not a (?:valid|known) (?:user|mailbox|recipient|address)|host (?:or domain )?(?:name )?(?:unknown|not found)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Reported:
    """What is reported of one recipient. ``action`` is one of RFC 3464, 2.3.3, or another word in lower case."""

    address: str
    action: str
    status: str
    said: str

    @property
    def is_lasting(self) -> bool:
        """Whether the address is dead, as far as this report can tell: in doubt it is not."""
        return self.has_failed and is_lasting(self.status, self.said)

    @property
    def has_failed(self) -> bool:
        """Whether it says so, be it in a word that the standard does not know."""
        return self.action in {"failed", "failure", "error"}


def is_lasting(status: str, said: str) -> bool:
    """Say whether a failure is the end of an address. A status in the server's own words is the more exact one."""
    inner = [".".join(found) for found in _STATUS.findall(said)]
    exact = next((one for one in inner if one not in _VAGUE), status)
    if exact.startswith(("4.", "2.")) or status.startswith(("4.", "2.")):
        return False
    if exact in _DEAD:
        return exact not in {"5.1.0", "5.2.1"} or not _PASSING_WORDS.search(said)
    if exact in _VAGUE or exact == "5.4.1":
        return bool(_DEAD_WORDS.search(said)) and not _PASSING_WORDS.search(said)
    return False


def delivery_reports(message: Message) -> Iterator[Reported]:
    """Yield what a delivery status notification says of each recipient; nothing when there is none in the message."""
    for part in message.walk():
        if part.get_content_type() not in {"message/delivery-status", "message/global-delivery-status"}:
            continue
        groups = part.get_payload()
        for group in groups if isinstance(groups, list) else []:
            if isinstance(group, Message) and (group["Final-Recipient"] or group["Original-Recipient"]):
                yield _recipient(group)


def _recipient(group: Message) -> Reported:
    found = _STATUS.search(str(group["Status"] or ""))
    return Reported(
        address=_typed(group["Original-Recipient"]) or _typed(group["Final-Recipient"]),
        action=str(group["Action"] or "").strip().lower().split(" ")[0],
        status=found[0] if found else "",
        said=words(_typed(group["Diagnostic-Code"])),
    )


def _typed(value: object) -> str:
    """Return what follows the type in ``rfc822; local@domain``."""
    kind, semicolon, rest = str(value or "").partition(";")
    return (rest if semicolon else kind).strip().strip("<>")


def words(text: str) -> str:
    """Return ``text`` on one line, without what cannot be shown or kept, at most :data:`LONGEST_SAID` long."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:LONGEST_SAID]


def complaint(message: Message) -> str | None:
    """Return the feedback type of a complaint, in lower case (RFC 5965, 3.1); None when it is not one."""
    for part in message.walk():
        if part.get_content_type() != "message/feedback-report":
            continue
        body = part.get_payload()
        lines = "\n".join(str(inner) for inner in body) if isinstance(body, list) else str(body)
        found = re.search(r"^Feedback-Type:[ \t]*([\w-]{1,40})", lines, re.MULTILINE | re.IGNORECASE)
        return found[1].lower() if found else "abuse"
    return None
