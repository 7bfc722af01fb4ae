"""What a relay's answer means for one delivery (RFC 5321, 4.2.1), and when to try again.

Intervals are flat: a back-off that doubles delays mail by hours once a relay is well again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

Stage = Literal["mail", "rcpt", "data", "end"]
"""The command that was answered: MAIL FROM, RCPT TO, DATA, or the final dot."""

PATIENCE: Final = timedelta(days=3)
"""After so long of temporary refusals a delivery has failed (RFC 5321, 4.5.4.1 asks for 4-5 days of a relay)."""
RESTS: Final = {
    421: timedelta(minutes=1),
    450: timedelta(minutes=5),
    451: timedelta(minutes=5),
    452: timedelta(minutes=10),
}
OTHER_REST: Final = timedelta(minutes=15)
RELAY_REST: Final = timedelta(minutes=5)
"""How long mail rests when the relay refuses *us*, not the recipient."""


@dataclass(frozen=True)
class Verdict:
    """What becomes of a delivery; ``relay_trouble`` says the fault is not the recipient's: stop sending for now."""

    state: Literal["sent", "deferred", "failed"]
    not_before: datetime | None = None
    relay_trouble: bool = False


def verdict(*, code: int, stage: Stage, first_tried_at: datetime, now: datetime) -> Verdict:
    """Judge reply ``code`` to the command ``stage``. 2xx to the final dot is the only way to be sent."""
    if stage == "end" and 200 <= code < 300:  # noqa: PLR2004 - RFC 5321 names the class
        return Verdict("sent")
    if stage == "mail" and code >= 500 and code != 552:  # noqa: PLR2004 - the sender is refused, so every mail will be
        return Verdict("deferred", not_before=now + RELAY_REST, relay_trouble=True)
    if code >= 500:  # noqa: PLR2004
        return Verdict("failed")
    if now - first_tried_at >= PATIENCE:
        return Verdict("failed")
    rest = RESTS.get(code, OTHER_REST)
    return Verdict("deferred", not_before=now + rest, relay_trouble=code == 421)  # noqa: PLR2004 - "closing channel"


@dataclass(frozen=True)
class Settled:
    """What the ledger is to say about one delivery after a try."""

    delivery_id: UUID
    state: Literal["sent", "deferred", "failed", "uncertain", "queued"]
    code: int | None = None
    text: str | None = None
    reason: str | None = None
    not_before: datetime | None = None
    again: bool = False
    """Sent once more after a doubt; it will not be a third time."""
    untried: bool = False
    """The claim came to nothing: it does not count as an attempt."""
    relay_trouble: bool = False


def settle(
    delivery_id: UUID, *, code: int, text: str, stage: Stage, first_tried_at: datetime, now: datetime
) -> Settled:
    """Return what reply ``code`` to ``stage`` makes of a delivery; the reply is kept."""
    judged = verdict(code=code, stage=stage, first_tried_at=first_tried_at, now=now)
    return Settled(
        delivery_id,
        judged.state,
        code=code,
        text=text,
        not_before=judged.not_before,
        relay_trouble=judged.relay_trouble,
    )


def after_doubt(delivery_id: UUID, *, notice: bool, resent: bool, reason: str, now: datetime) -> Settled:
    """Return what becomes of a mail that may or may not have been taken (RFC 1047 names the gap).

    A notice goes once more, under the same Message-ID. A campaign mail is left for a human to judge, by name.
    """
    if notice and not resent:
        return Settled(delivery_id, "queued", not_before=now, again=True)
    return Settled(delivery_id, "uncertain", reason=reason)


def not_composed(delivery_id: UUID, *, first_tried_at: datetime, now: datetime) -> Settled:
    """Return what becomes of a mail whose text could not be put together: tried again, but not for ever."""
    if now - first_tried_at >= PATIENCE:
        return Settled(delivery_id, "failed", reason="not_composed")
    return Settled(delivery_id, "deferred", reason="not_composed", not_before=now + RELAY_REST)
