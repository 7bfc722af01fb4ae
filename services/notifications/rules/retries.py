"""What a relay's answer means for one delivery (RFC 5321, 4.2.1; RFC 3463), and when to try again.

Only a refusal that names the recipient (5.1.x, 5.2.x) fails a person at once. Whatever else is refused may be the
relay's own affair: a login, a quota, a policy, a sender it does not like. Rests are added to PostgreSQL's clock alone,
so here they are lengths of time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, Literal
from uuid import UUID

Stage = Literal["mail", "rcpt", "data", "end"]
"""The command that was answered: MAIL FROM, RCPT TO, DATA, or the final dot."""
Meaning = Literal["sent", "nobody", "later", "closing", "slower", "us", "perhaps"]
"""Taken; no such recipient; a recipient to try later; the line closes; too fast; it refuses us; nobody can tell."""

PATIENCE: Final = timedelta(days=3)
"""After so long of temporary refusals a delivery has failed (RFC 5321, 4.5.4.1 asks for 4-5 days of a relay)."""
LATER: Final = timedelta(minutes=5)
PERHAPS: Final = (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=6))
"""Rests after refusals that nobody can tell whose they are; after the last of them the delivery has failed."""
NOT_COMPOSED: Final = timedelta(minutes=5)

_STATUS: Final = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})\b")
_OF_THE_SENDER: Final = frozenset({"5.1.7", "5.1.8", "5.1.9"})
"""Address statuses about the sender's address (RFC 3463, 3.2; RFC 7505, 4.2)."""
_OF_THE_MESSAGE: Final = frozenset({"5.2.3"})
CLOSING: Final = 421
TOO_FAST: Final = frozenset({"4.3.2", "4.4.5", "4.5.3", "4.7.0", "4.7.28"})


@dataclass(frozen=True)
class Reply:
    """The answer that settled one message, and the command it answered."""

    code: int
    text: str
    stage: Stage

    @property
    def status(self) -> str:
        """The enhanced status such as ``5.1.1`` (RFC 3463), or nothing."""
        found = _STATUS.match(self.text.lstrip())
        return found[0] if found and found[1] == str(self.code)[0] else ""


def meaning(reply: Reply) -> Meaning:
    """Say what ``reply`` means. 2xx to the final dot is the only way to be sent."""
    code, status = reply.code, reply.status
    if reply.stage == "end" and 200 <= code < 300:  # noqa: PLR2004 - RFC 5321 names the class
        return "sent"
    if code == CLOSING:
        return "closing"
    if code < 500:  # noqa: PLR2004
        return _temporary(code, status)
    if reply.stage in {"mail", "data"} or code in {530, 534, 535, 538}:
        return "us"
    if status.startswith(("5.1.", "5.2.")) and status not in _OF_THE_SENDER | _OF_THE_MESSAGE:
        return "nobody"
    return "us" if status in _OF_THE_SENDER else "perhaps"


def _temporary(code: int, status: str) -> Meaning:
    if status.startswith(("4.1.", "4.2.")):
        return "later"
    if code == 454 or status in TOO_FAST:  # noqa: PLR2004 - "temporarily", of the server as a whole
        return "slower"
    return "later"


@dataclass(frozen=True)
class Settled:
    """What the ledger is to say about one delivery after a try."""

    delivery_id: UUID
    state: Literal["sent", "deferred", "failed", "uncertain", "queued"]
    code: int | None = None
    text: str | None = None
    reason: str | None = None
    rest: timedelta = timedelta(0)
    again: bool = False
    """Sent once more after a doubt; it will not be a third time."""
    untried: bool = False
    """The claim came to nothing: it does not count as an attempt."""
    unknown: bool = False
    """There is no such recipient: campaigns need not try the address again."""


def settle(delivery_id: UUID, reply: Reply, *, tries: int, tried_for: timedelta) -> Settled:
    """Return what ``reply`` makes of a delivery, tried ``tries`` times in ``tried_for``; its words are kept."""
    return replace(_settled(delivery_id, reply, tries, tried_for), code=reply.code, text=reply.text)


def _settled(delivery_id: UUID, reply: Reply, tries: int, tried_for: timedelta) -> Settled:
    found = meaning(reply)
    if found == "nobody":
        return Settled(delivery_id, "failed", unknown=not reply.status.startswith("5.2.2"))
    if found in {"us", "closing", "slower"}:  # not the recipient's doing: it does not count
        return Settled(delivery_id, "queued", untried=True)
    if found == "perhaps" and tries <= len(PERHAPS):
        return Settled(delivery_id, "deferred", reason="refused", rest=PERHAPS[tries - 1])
    if found == "later" and tried_for < PATIENCE:
        return Settled(delivery_id, "deferred", rest=LATER)
    if found == "sent":
        return Settled(delivery_id, "sent")
    return Settled(delivery_id, "failed", reason="refused" if found == "perhaps" else None)


def after_doubt(delivery_id: UUID, *, notice: bool, resent: bool, reason: str) -> Settled:
    """Return what becomes of a mail that may or may not have been taken (RFC 1047 names the gap).

    A notice goes once more, under the same Message-ID. A campaign mail is left for a human to judge, by name.
    """
    if notice and not resent:
        return Settled(delivery_id, "queued", again=True)
    return Settled(delivery_id, "uncertain", reason=reason)


def not_composed(delivery_id: UUID, *, tried_for: timedelta) -> Settled:
    """Return what becomes of a mail whose text could not be put together: tried again, but not for ever."""
    if tried_for >= PATIENCE:
        return Settled(delivery_id, "failed", reason="not_composed")
    return Settled(delivery_id, "deferred", reason="not_composed", rest=NOT_COMPOSED)
