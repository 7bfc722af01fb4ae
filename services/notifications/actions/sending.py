"""One batch over one connection: no database here, so nothing is held open while the relay takes its time."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime
from typing import Final

from services.notifications.actions.deliveries import Claim, Claimed
from services.notifications.gateways.journal import JournalLost, Notes
from services.notifications.gateways.relay import ConnectionBroken, Relay
from services.notifications.rules.headers import Unmailable
from services.notifications.rules.retries import RELAY_REST, Settled, after_doubt, settle

log = logging.getLogger(__name__)

BATCH_SECONDS: Final = 15.0
"""A batch that takes longer gives back what it has not begun."""

Compose = Callable[[Claimed, datetime], tuple[str, bytes]]
"""Returns the wire address and the message of one delivery."""


def send_batch(
    claim: Claim,
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
    end = time.monotonic() + BATCH_SECONDS
    stop = False
    for delivery in claim.deliveries:
        if stop or not relay.is_open or time.monotonic() > end:
            results.append(Settled(delivery.id, "queued", untried=True))
            continue
        result, stop = _send_one(delivery, relay=relay, sender=sender, notes=notes, compose=compose, now=now)
        results.append(result)
    return results


def _send_one(  # noqa: PLR0911 - each way a try can end is one return
    delivery: Claimed,
    *,
    relay: Relay,
    sender: str,
    notes: Notes | None,
    compose: Compose,
    now: Callable[[], datetime],
) -> tuple[Settled, bool]:
    """Return what became of one delivery, and whether the batch has to stop."""
    try:
        recipient, message = compose(delivery, now())
    except Unmailable:
        return Settled(delivery.id, "failed", reason="unmailable"), False
    except Exception:
        # one text that cannot be composed must not hold up the others; it is tried again, and seen in the log
        log.exception("a mail could not be composed", extra={"delivery_id": str(delivery.id)})
        return Settled(delivery.id, "deferred", reason="not_composed", not_before=now() + RELAY_REST), False

    def before_body() -> None:
        if notes is not None:
            notes.begin(delivery.id)

    try:
        reply = relay.send(sender, recipient, message, before_body=before_body)
    except ConnectionBroken as broken:
        log.warning("the line to the relay broke: %s", broken)
        if broken.body_begun:
            notice = delivery.campaign_id is None
            doubt = after_doubt(delivery.id, notice=notice, resent=delivery.resent, reason="no_answer", now=now())
            return doubt, True
        return Settled(delivery.id, "queued", untried=True), True
    except JournalLost:
        relay.close()  # the relay waits for a message that will not come
        return Settled(delivery.id, "queued", untried=True), True
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
        return result, True
    return result, result.relay_trouble
