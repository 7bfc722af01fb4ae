"""When it is the mail server that refuses us and not a recipient that is refused, and how soon to ask it again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

from services.notifications.rules.retries import Reply, meaning

Lane = Literal["notices", "campaigns"]
Trouble = Literal["unreachable", "silent", "unsafe", "login", "sender", "refusals", "closing"]
"""No connection; no answer in time; no certificate to trust; the login refused; the sender refused; the same refusal
for one recipient after another; the connection ended before anything was taken."""

QUICK: Final = tuple(timedelta(seconds=seconds) for seconds in (2, 5, 10, 20, 30))
SLOW: Final = tuple(timedelta(seconds=seconds) for seconds in (60, 120, 300, 600))
"""A server that refuses us is asked seldom: hammering it with a wrong password gets us locked out."""
RESTS: Final[dict[Trouble, tuple[timedelta, ...]]] = {
    "unreachable": QUICK,
    "silent": QUICK,
    "closing": QUICK,
    "unsafe": SLOW,
    "login": SLOW,
    "sender": SLOW,
    "refusals": SLOW,
}
SAME_REFUSALS: Final = 3
SAME_UNKNOWN: Final = 10
"""So many people in a row whom the server calls unknown are not unknown: it refuses everybody."""

_NAMED: Final = re.compile(r"(?<!\S)\S*@\S*|\d+")
"""Whom and how many an answer names. It begins at a word alone: from every character on, a long word takes minutes."""


def rest_after(trouble: Trouble, *, tries: int) -> timedelta:
    """Return how long to leave the server alone after the ``tries``-th refusal in a row (from 1)."""
    rests = RESTS[trouble]
    return rests[min(tries, len(rests)) - 1]


@dataclass
class Refusals:
    """Counts refusals that say the same to different people, with nothing taken in between."""

    _words: str = ""
    _count: int = 0

    def hear(self, reply: Reply) -> Trouble | None:
        """Take note of an answer; return the trouble it means for everybody, if it does."""
        found = meaning(reply)
        if found == "sent":
            self._words, self._count = "", 0
        if found == "us":
            return "login" if reply.code in {530, 534, 535, 538} else "sender" if reply.stage == "mail" else "refusals"
        if found in {"perhaps", "nobody"}:
            words = f"{reply.code} {_NAMED.sub('', reply.text)}"
            self._count = self._count + 1 if words == self._words else 1
            self._words = words
            if self._count >= (SAME_REFUSALS if found == "perhaps" else SAME_UNKNOWN):
                return "refusals"
        return None
