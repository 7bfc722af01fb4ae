"""One batch over one connection: no database here, so nothing is held open while the relay takes its time."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from services.notifications.actions.deliveries import Claimed, ClaimedBatch
from services.notifications.gateways.journal import JournalLost, Notes
from services.notifications.gateways.relay import ConnectionBroken, Relay
from services.notifications.letters.headers import Composed, Unmailable
from services.notifications.rules.retries import Settled, after_doubt, not_composed, settle

log = logging.getLogger(__name__)

BATCH_SECONDS: Final = 15.0
"""A batch that takes longer gives back what it has not begun."""

Compose = Callable[[Claimed, datetime], Composed]
"""Returns the wire address and the message of one delivery."""


@dataclass(frozen=True)
class _Ready:
    """A delivery with its message, or with what stands in the way of one."""

    delivery: Claimed
    recipient: str = ""
    message: bytes = b""
    obstacle: Settled | None = None


class _Tried(NamedTuple):
    """What became of a delivery, and whether the batch has to stop."""

    result: Settled
    stop: bool


def send_batch(
    claim: ClaimedBatch,
    *,
    relay: Relay,
    sender: str,
    notes: Notes | None,
    compose: Compose,
    now: Callable[[], datetime],
) -> list[Settled]:
    """Send what ``claim`` holds, one after the other; return what became of each, none left out.

    The batch ends early when the relay is in trouble, the line breaks, the journal is lost or time runs out; what was
    not begun goes back to the queue untried.
    """
    results: list[Settled] = []
    sendable: list[_Ready] = []
    for delivery in claim.deliveries:
        ready = _compose(delivery, compose, now())
        if ready.obstacle is None:
            sendable.append(ready)
        else:
            results.append(ready.obstacle)
    end = time.monotonic() + BATCH_SECONDS
    for place, ready in enumerate(sendable):
        following = sendable[place + 1].recipient if place + 1 < len(sendable) else None
        in_time = time.monotonic() < end
        result, stop = _send_one(
            ready, relay=relay, sender=sender, notes=notes, following=following if in_time else None, now=now
        )
        results.append(result)
        if stop or not relay.is_open or not in_time:
            results.extend(Settled(rest.delivery.id, "queued", untried=True) for rest in sendable[place + 1 :])
            break
    return results


def _compose(delivery: Claimed, compose: Compose, now: datetime) -> _Ready:
    try:
        recipient, message = compose(delivery, now)
    except Unmailable:
        return _Ready(delivery, obstacle=Settled(delivery.id, "failed", reason="unmailable"))
    except Exception:
        # one text that cannot be composed must not hold up the others; it is tried again, and seen in the log
        log.exception("a mail could not be composed", extra={"delivery_id": str(delivery.id)})
        return _Ready(delivery, obstacle=not_composed(delivery.id, first_tried_at=delivery.first_tried_at, now=now))
    return _Ready(delivery, recipient, message)


def _send_one(
    ready: _Ready,
    *,
    relay: Relay,
    sender: str,
    notes: Notes | None,
    following: str | None,
    now: Callable[[], datetime],
) -> _Tried:
    """Try one delivery."""
    delivery = ready.delivery

    def before_body() -> None:
        if notes is not None:
            notes.begin(delivery.id)

    try:
        reply = relay.send(sender, ready.recipient, ready.message, before_body=before_body, following=following)
    except ConnectionBroken as broken:
        log.warning("the line to the relay broke: %s", broken)
        if broken.body_begun:
            notice = delivery.campaign_id is None
            doubt = after_doubt(delivery.id, notice=notice, resent=delivery.resent, reason="no_answer", now=now())
            return _Tried(doubt, stop=True)
        return _Tried(Settled(delivery.id, "queued", untried=True), stop=True)
    except JournalLost:
        relay.close()  # the relay waits for a message that will not come
        return _Tried(Settled(delivery.id, "queued", untried=True), stop=True)
    result = settle(
        delivery.id,
        code=reply.code,
        text=reply.text,
        stage=reply.stage,
        first_tried_at=delivery.first_tried_at,
        now=now(),
    )
    try:
        if notes is not None:
            notes.settle(delivery.id, reply)
    except JournalLost:
        return _Tried(result, stop=True)
    return _Tried(result, stop=result.relay_trouble)
