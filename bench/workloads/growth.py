"""The desk at 1,000, 10,000 and 100,000 applications: each page, each as one organiser opens it."""

from __future__ import annotations

import time
from statistics import quantiles
from typing import Final, NamedTuple

from bench.crowds import staff_of
from bench.desk import signed_in
from bench.grown import Grown, grow
from bench.load import LoadFailed
from bench.stand import Stand, open_edition
from shared.schema.base import new_id

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


def opened_at(stand: Stand, *, count: int) -> list[Opened]:
    """Fill an edition of its own with ``count`` applications, and open each page of its desk."""
    edition_id = new_id()
    slug = f"grown-{count}-{edition_id.hex}"
    open_edition(stand, edition_id=edition_id, slug=slug, capacity=count)
    staff_id = staff_of(stand, edition_id=edition_id, everywhere=True)
    with stand.database() as database:
        grown = grow(database, edition_id=edition_id, staff_id=staff_id, count=count)
    stand.wait_for_rest()
    browser = signed_in(stand, staff_id)
    found = []
    for name, address in PAGES.items():
        path = _filled(address, slug, grown, count)
        took, weight = [], 0
        for _ in range(WARM + SAMPLES):
            began = time.perf_counter()
            answer = browser.get(path)
            took.append(1000 * (time.perf_counter() - began))
            if answer.status_code != 200:  # noqa: PLR2004
                raise LoadFailed(f"{path}: {answer.status_code}")
            weight = answer.num_bytes_downloaded
        found.append(Opened(name, quantiles(took[WARM:], n=20)[-1], weight / 1000))
    return found


def _filled(address: str, slug: str, grown: Grown, count: int) -> str:
    return address.format(
        desk=f"/desk/e/{slug}",
        slug=slug,
        application=grown.application_id,
        campaign=grown.campaign_id,
        last=count // 50,
    )
