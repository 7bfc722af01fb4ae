"""How fast a mail server wants its mail: less after each sign that it was too fast, a little more while it is content.

Additive increase, multiplicative decrease, as TCP does it (RFC 5681): many senders that know nothing of each other
come to share what the server takes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

SLOWEST: Final = 0.2
"""Mails a second: twelve a minute are tried however often the server minds."""
FREE: Final = 200.0
"""Whoever takes so many a second is not counting."""
LESS: Final = 0.7
MORE: Final = 0.1
CONTENT: Final = timedelta(seconds=10)
"""After so long without a complaint a little more is tried."""


@dataclass(frozen=True)
class Taken:
    """``given`` mails may leave now; the others follow from ``first`` seconds on, in the rhythm of their domain."""

    given: int
    first: float


_RESTS: Final = (1, 2, 5, 10, 30, 60)


def rest_after_complaints(complaints: int) -> timedelta:
    """Return for how many seconds nothing leaves after so many complaints in a row (from 1)."""
    return timedelta(seconds=_RESTS[min(complaints, len(_RESTS)) - 1])


def slower(per_second: float | None, *, taken_lately: int) -> float:
    """Return the pace after a complaint; ``taken_lately`` is how many mails were taken in the second before."""
    if per_second is None:
        return max(SLOWEST, taken_lately * LESS)
    return max(SLOWEST, min(per_second * LESS, FREE))


def faster(per_second: float) -> float | None:
    """Return the pace after a while without complaints; None means as fast as it goes."""
    more = per_second + max(per_second * MORE, SLOWEST)
    return None if more >= FREE else more
