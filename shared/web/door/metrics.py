"""Figures for Prometheus: how many answers of which kind, how quick, and what waits in the outbox.

Under gunicorn all workers of a service count into files of one folder, which exists for as long as the service runs.
The library looks for that folder once, when it is imported: that happens when a service is made, not with this module.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prometheus_client import CollectorRegistry, Histogram
    from sqlalchemy.orm import Session

    from shared.database import Database

    Figures = Callable[[Session, CollectorRegistry], None]

_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
_WAITING: Final = text(
    "SELECT subscriber, state, count(*), coalesce(extract(epoch FROM clock_timestamp() - min(not_before)), 0)"
    " FROM outbox.entry WHERE state IN ('waiting', 'aside') GROUP BY subscriber, state"
)


@cache
def answers() -> Histogram:
    """Return what counts the answers; asked for first in the process that the service's workers are forked from."""
    if "gunicorn" in os.environ.get("SERVER_SOFTWARE", ""):
        os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix="academy-metrics-"))
    from prometheus_client import Histogram  # late: see above

    return Histogram(
        "academy_answer_seconds",
        "Time from a request to the head of its answer.",
        ("service", "route", "method", "status"),
        buckets=_SECONDS,
    )


@cache
def observer(service: str, route: str, method: str, status: str) -> Callable[[float], None]:
    """Return what takes down the seconds of one kind of answer; looking it up by its labels each time costs more."""
    child: Any = answers().labels(service, route, method, status)
    observe: Callable[[float], None] = child.observe
    return observe


def exposition(database: Database, own: Iterable[Figures] = ()) -> tuple[bytes, str]:
    """Return all figures as Prometheus reads them, and their media type.

    Those of the outbox and the service's ``own`` are fresh from the database.
    """
    from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest  # late: see above
    from prometheus_client.multiprocess import MultiProcessCollector

    registry = CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(answers())
    return generate_latest(registry) + generate_latest(_from_database(database, own)), CONTENT_TYPE_LATEST


def _from_database(database: Database, own: Iterable[Figures]) -> CollectorRegistry:
    from prometheus_client import CollectorRegistry, Gauge  # late: see above

    registry = CollectorRegistry()
    entries = Gauge("academy_outbox_entries", "Facts not yet reacted to.", ("subscriber", "state"), registry=registry)
    oldest = Gauge(
        "academy_outbox_oldest_seconds", "Age of the oldest one.", ("subscriber", "state"), registry=registry
    )
    try:
        with database.reading() as session:
            rows = session.execute(_WAITING).all()
            for figures in own:
                figures(session, registry)
    except SQLAlchemyError:
        rows = []  # the other figures matter most just then
    for subscriber, state, count, seconds in rows:
        entries.labels(subscriber, state).set(count)
        oldest.labels(subscriber, state).set(max(0.0, float(seconds)))
    return registry
