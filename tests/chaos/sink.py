"""How a mail server behaves that nobody would want."""

from __future__ import annotations

from dataclasses import dataclass, field

DROPPED = frozenset({501, 2501, 4501, 6501, 8501})
"""Whose line it cuts after the final dot."""


@dataclass
class Sink:
    """Refuses, stalls and drops by the recipient's number, each but the 5xx once."""

    met: set[str] = field(default_factory=set)

    def number(self, recipient: str) -> int:
        return int(recipient[1:].partition("@")[0]) if recipient.startswith("p") else -1

    def first_time(self, recipient: str, what: str) -> bool:
        known = f"{what} {recipient}" in self.met
        self.met.add(f"{what} {recipient}")
        return not known

    def to_recipient(self, recipient: str) -> str | None:
        number = self.number(recipient)
        if number % 200 == 13:
            return "550 5.1.1 no such user"
        if number % 100 == 7 and self.first_time(recipient, "later"):
            return "450 4.2.1 mailbox busy"
        return None

    def to_message(self, recipient: str) -> str | None:
        number = self.number(recipient)
        if number in DROPPED and self.first_time(recipient, "drop"):
            return "hang up"
        if number % 300 == 17 and self.first_time(recipient, "close"):
            return "421 4.3.0 closing"
        return None

    def stalls(self, recipient: str) -> float:
        return 1.5 if self.number(recipient) % 2000 == 19 and self.first_time(recipient, "stall") else 0.0
