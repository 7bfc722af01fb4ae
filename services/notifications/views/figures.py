"""What Prometheus is told of the mail."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from services.notifications.queries.relays import flow, troubles
from services.notifications.rules.troubles import Lane

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry
    from sqlalchemy.orm import Session


def held_lanes(session: Session, registry: CollectorRegistry) -> None:
    """Tell for each lane whether the mail server's refusals hold it up, and by which kind of trouble."""
    from prometheus_client import Gauge  # late: it looks at its environment once (shared/web/door/metrics.py)

    held = Gauge("academy_mail_held", "1 while the lane is held up.", ("lane", "trouble"), registry=registry)
    found = troubles(session)
    for lane in get_args(Lane):
        trouble = found.get(lane)
        held.labels(lane, trouble[0] if trouble else "").set(1 if trouble else 0)


def mail_flow(session: Session, registry: CollectorRegistry) -> None:
    """Tell what waits and since when, what became of the last hour's mail by mail server, and what is left open."""
    from prometheus_client import Gauge

    found = flow(session)
    oldest = Gauge("academy_mail_oldest_seconds", "Since when the oldest mail is due.", ("lane",), registry=registry)
    for lane, seconds in found.oldest.items():
        oldest.labels(lane).set(seconds)
    settled = Gauge("academy_mail_settled", "Mails of the last hour.", ("relay", "state"), registry=registry)
    for (relay, state), count in found.settled.items():
        settled.labels(relay, state).set(count)
    left = Gauge("academy_mail_left", "What waits for a human.", ("what",), registry=registry)
    for what, count in (("doubts", found.doubts), ("tasks", found.tasks), ("unread", found.unread)):
        left.labels(what).set(count)
