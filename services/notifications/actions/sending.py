"""One batch over one connection: no transaction here, so nothing is held open while the relay takes its time."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from services.notifications.actions.deliveries import Claimed, ClaimedBatch
from services.notifications.gateways.line import LineLost, Revoked
from services.notifications.gateways.relay import ConnectionBroken, Envelope, Relay
from services.notifications.letters.headers import Composed, Unmailable
from services.notifications.rules.retries import Reply, Settled, after_doubt, meaning, not_composed, settle
from services.notifications.rules.troubles import Refusals, Trouble

log = logging.getLogger(__name__)

BATCH_SECONDS: Final = 1.0
"""A batch that takes longer gives back what it has not begun."""

Compose = Callable[[Claimed, datetime], Composed]
"""Returns the wire addresses and the message of one delivery."""


class Notes(Protocol):
    """Where it is noted that a message is about to leave."""

    def expect(self, delivery_ids: Sequence[UUID]) -> None:
        """Say what is going to be sent, in this order."""

    def note(self, delivery_id: UUID) -> None:
        """Note it. Raises ``Revoked`` when it must not leave, and ``LineLost`` when nothing can be written."""


@dataclass
class Outcome:
    """What became of a batch, and what it taught about the relay."""

    results: list[Settled] = field(default_factory=list)
    taken: int = 0
    trouble: Trouble | None = None
    said: str = ""
    complaint: bool = False
    """The relay said that it was too fast."""
    line_lost: bool = False
    probing: bool = False
    fresh: bool = True
    """Nothing was taken on this connection before."""


@dataclass(frozen=True)
class _Ready:
    """A delivery with its message."""

    delivery: Claimed
    envelope: Envelope
    message: bytes


def send_batch(
    claim: ClaimedBatch,
    *,
    relay: Relay,
    notes: Notes,
    compose: Compose,
    refusals: Refusals,
    now: Callable[[], datetime],
    record_at_once: Callable[[Settled], None],
    probing: bool = False,
    fresh: bool = True,
) -> Outcome:
    """Send what ``claim`` holds, one after the other; return what became of each, none left out.

    The batch ends early when the relay is in trouble or complains, the line breaks, the claim is revoked or time runs
    out; what was not begun goes back to the queue untried. Whatever is not plainly sent is handed to
    ``record_at_once`` before the next mail begins, so that "before the one on the wire" means sent. While ``probing``
    whether a trouble is over, a refusal is held against the relay alone. A connection is ``fresh`` when nothing was
    taken on it yet: if it ends at once, that is the relay's trouble too.
    """
    outcome = Outcome(probing=probing, fresh=fresh)
    end = time.monotonic() + BATCH_SECONDS
    waiting = list(claim.deliveries)
    notes.expect([delivery.id for delivery in waiting])
    following: _Ready | None = None
    try:
        ready = _next(waiting, compose, now, outcome, record_at_once)
        while ready is not None:
            in_time = time.monotonic() < end
            following = _next(waiting, compose, now, outcome, record_at_once) if in_time else None
            announced = following.envelope if following else None
            go_on = _send_one(ready, relay, notes, refusals, outcome, announced)
            if outcome.results[-1].state != "sent":
                record_at_once(outcome.results[-1])
            if not go_on or not relay.is_open:
                break
            ready, following = following, None
    except LineLost:
        outcome.line_lost = True
    unbegun = [following.delivery, *waiting] if following else waiting
    outcome.results.extend(Settled(rest.id, "queued", untried=True) for rest in unbegun)
    return outcome


def _next(
    waiting: list[Claimed],
    compose: Compose,
    now: Callable[[], datetime],
    outcome: Outcome,
    record_at_once: Callable[[Settled], None],
) -> _Ready | None:
    """Return the next delivery that can be composed; what stands in the way of others is recorded."""
    while waiting:
        delivery = waiting.pop(0)
        try:
            composed = compose(delivery, now())
        except Unmailable:
            obstacle = Settled(delivery.id, "failed", reason="unmailable")
        except Exception:
            # one text that cannot be composed must not hold up the others; it is tried again, and seen in the log
            log.exception("a mail could not be composed", extra={"delivery_id": str(delivery.id)})
            obstacle = not_composed(delivery.id, tried_for=delivery.tried_for)
        else:
            return _Ready(delivery, Envelope(composed.sender, composed.recipient), composed.message)
        outcome.results.append(obstacle)
        record_at_once(obstacle)
    return None


def _send_one(  # noqa: PLR0917 - the parts of one conversation
    ready: _Ready,
    relay: Relay,
    notes: Notes,
    refusals: Refusals,
    outcome: Outcome,
    following: Envelope | None,
) -> bool:
    """Add what became of one delivery to ``outcome``; return whether the batch may go on."""
    delivery = ready.delivery
    try:
        reply = relay.send(
            ready.envelope,
            ready.message,
            before_body=lambda: notes.note(delivery.id),
            following=following,
        )
    except ConnectionBroken as broken:
        log.warning("the line to the relay broke: %s", broken)
        if broken.body_begun:
            notice = delivery.campaign_id is None
            doubt = after_doubt(delivery.id, notice=notice, resent=delivery.resent, reason="no_answer")
            outcome.results.append(doubt)
        else:
            outcome.results.append(Settled(delivery.id, "queued", untried=True))
        if outcome.fresh and not outcome.taken:
            outcome.trouble, outcome.said = "silent" if "Timeout" in str(broken) else "closing", str(broken)
        return False
    except (Revoked, LineLost) as stopped:
        outcome.results.append(Settled(delivery.id, "queued", untried=True))
        if isinstance(stopped, LineLost):
            raise
        return False
    return _hear(reply, delivery, refusals, outcome)


def _hear(reply: Reply, delivery: Claimed, refusals: Refusals, outcome: Outcome) -> bool:
    """Judge the relay's answer; return whether the batch may go on."""
    found = meaning(reply)
    trouble = refusals.hear(reply)
    if outcome.probing and found == "perhaps":
        trouble = "refusals"
        outcome.results.append(Settled(delivery.id, "queued", code=reply.code, text=reply.text, untried=True))
    else:
        outcome.results.append(settle(delivery.id, reply, tries=delivery.attempts, tried_for=delivery.tried_for))
    if found == "sent":
        outcome.taken += 1
    elif found == "slower":
        outcome.complaint = True
    elif trouble is not None:
        outcome.trouble = trouble
    elif found == "closing" and outcome.fresh and not outcome.taken:
        outcome.trouble = "closing"
    outcome.said = f"{reply.code} {reply.text}"
    return found not in {"closing", "slower"} and trouble is None
