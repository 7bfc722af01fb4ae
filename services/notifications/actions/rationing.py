"""No domain gets mail faster than it wants: what is too early goes back to the queue, each with a moment of its own."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Protocol

from services.notifications.actions.deliveries import Claimed, ClaimedBatch, record_results
from services.notifications.rules.retries import Settled
from shared.retention import delete_some
from shared.schema.notifications.senders import DomainPace

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from services.notifications.rules.pace import Taken


class Buckets(Protocol):
    """How fast domains want their mail, and what may go to them now."""

    def rate_of(self, domain: str) -> float | None:
        """Return how many mails a second a domain wants at most; None for as many as come."""

    def take(self, session: Session, domain: str, wanted: int, *, overtaking: bool) -> Taken:
        """Take leave for ``wanted`` mails to a domain that has a rate. Who is ``overtaking`` gets it for all."""


QUIET: Final = timedelta(days=1)
"""A bucket that nobody asked for so long is full."""


def prune_domain_paces(session: Session, *, now: datetime, limit: int) -> int:
    """Delete at most ``limit`` buckets that are full and promised to nobody; return how many."""
    due = (DomainPace.filled_at < now - QUIET, DomainPace.booked_until < now)
    return delete_some(session, DomainPace, *due, limit=limit)


def ration(session: Session, claim: ClaimedBatch, *, buckets: Buckets, overtaking: bool) -> ClaimedBatch:
    """Return what of ``claim`` may leave now; the rest is queued again, untried."""
    groups: defaultdict[str, list[Claimed]] = defaultdict(list)
    for delivery in claim.deliveries:
        groups[delivery.address.rpartition("@")[2].lower()].append(delivery)
    later: list[Settled] = []
    for domain in sorted(groups):  # always in one order: two senders never wait for each other
        rate = buckets.rate_of(domain)
        if rate is None:
            continue
        waiting = groups[domain]
        taken = buckets.take(session, domain, len(waiting), overtaking=overtaking)
        for place, delivery in enumerate(waiting[taken.given :], 1):
            rest = timedelta(seconds=taken.first + place / rate)
            later.append(Settled(delivery.id, "queued", rest=rest, untried=True))
    if not later:
        return claim
    record_results(session, token=claim.token, results=later)
    put_back = {one.delivery_id for one in later}
    now = [delivery for delivery in claim.deliveries if delivery.id not in put_back]
    return replace(claim, deliveries=now)
