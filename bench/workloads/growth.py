"""The desk at 1,000, 10,000 and 100,000 applications: each page, each as one organiser opens it."""

from __future__ import annotations

import os
import time
from statistics import quantiles
from typing import TYPE_CHECKING, Final, NamedTuple

from psycopg.errors import QueryCanceled
from sqlalchemy.exc import OperationalError

from bench.crowds import staff_of
from bench.desk import signed_in
from bench.grown import Grown, grow
from bench.load import LoadFailed
from bench.stand import Stand, open_edition
from shared.schema.base import new_id

if TYPE_CHECKING:
    import httpx

SIZES: Final = (1_000, 10_000, 100_000)
SAMPLES: Final = 20
WARM: Final = 4
SLOWEST: Final = 150
"""Milliseconds within which 95 of 100 answers have to come, whatever the size."""
HEAVIEST: Final = 60
"""Kilobytes of a page, as it is sent."""
PAGES: Final = {
    "list": "{desk}/applications",
    "sorted by name": "{desk}/applications?sort=name",
    "sorted by state": "{desk}/applications?sort=state",
    "last page": "{desk}/applications?page={last}",
    "filter by decision": "{desk}/applications?decision=proposed:accept",
    "search, rare": "{desk}/applications?q=quetzaltenango",
    "search, common": "{desk}/applications?q=networks",
    "one application": "{desk}/applications/{application}",
    "decisions": "{desk}/decisions",
    "outbox": "/desk/outbox",
    "campaigns": "/desk/mail/e/{slug}/campaigns",
    "who got it": "/desk/mail/e/{slug}/campaigns/{campaign}/deliveries",
    "who got it, search": "/desk/mail/e/{slug}/campaigns/{campaign}/deliveries?q=diop",
}


class Opened(NamedTuple):
    """One page at one size: milliseconds within which 95 of 100 came, and kilobytes."""

    page: str
    p95: float
    kilobytes: float


class OutOfTime(Exception):  # noqa: N818 - a sentence for a person
    """The next size would take longer than all sizes together may."""


def growth_seconds() -> float:
    """Return how long all sizes together may take: BENCH_GROWTH_SECONDS, or fifteen minutes."""
    return float(os.environ.get("BENCH_GROWTH_SECONDS", "900"))


class Growth:
    """One size after the other, each ten times the one before, as long as there is time."""

    def __init__(self, stand: Stand, *, seconds: float) -> None:
        self._stand = stand
        self._end = time.monotonic() + seconds
        self._taken = (0, 0.0)
        """The size before, and the seconds that filling and opening it took."""

    def opened_at(self, count: int) -> list[Opened]:
        """Fill an edition of its own with ``count`` applications, and open each page of its desk.

        Raises :class:`OutOfTime` where there would not be time enough: filling takes as long as there are applications,
        so the size before tells; where it told wrong, PostgreSQL ends the filling.
        """
        left, (before, took) = self._end - time.monotonic(), self._taken
        if before and took * count / before > left:
            raise OutOfTime(
                f"{count:,} applications take some {took * count / before:.0f} s of {left:.0f} that are left"
            )
        began = time.monotonic()
        edition_id = new_id()
        slug = f"grown-{count}-{edition_id.hex}"
        open_edition(self._stand, edition_id=edition_id, slug=slug, capacity=count)
        staff_id = staff_of(self._stand, edition_id=edition_id, everywhere=True)
        try:
            with self._stand.database() as database:
                grown = grow(database, edition_id=edition_id, staff_id=staff_id, count=count, seconds=left)
        except OperationalError as reason:
            if not isinstance(reason.orig, QueryCanceled):
                raise
            raise OutOfTime(f"{count:,} applications took longer than the {left:.0f} s that were left") from reason
        self._taken = (count, time.monotonic() - began)
        self._stand.wait_for_rest()
        browser = signed_in(self._stand, staff_id)
        return [_opened(browser, name, _filled(address, slug, grown, count)) for name, address in PAGES.items()]


def _opened(browser: httpx.Client, name: str, path: str) -> Opened:
    took, weight = [], 0
    for _ in range(WARM + SAMPLES):
        began = time.perf_counter()
        answer = browser.get(path)
        took.append(1000 * (time.perf_counter() - began))
        if answer.status_code != 200:  # noqa: PLR2004
            raise LoadFailed(f"{path}: {answer.status_code}")
        weight = answer.num_bytes_downloaded
    return Opened(name, quantiles(took[WARM:], n=20)[-1], weight / 1000)


def _filled(address: str, slug: str, grown: Grown, count: int) -> str:
    return address.format(
        desk=f"/desk/e/{slug}",
        slug=slug,
        application=grown.application_id,
        campaign=grown.campaign_id,
        last=count // 50,
    )
