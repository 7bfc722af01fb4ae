"""Authorised downloads: the service decides, the gateway sends. Small files count requests, large ones bytes."""

from __future__ import annotations

import os

import httpx

from bench.counting import Counted, counting
from bench.load import wrk
from bench.stand import SLUG, Stand, wait_for_page
from services.materials.actions.publications import add_publication, draft_release, publish_release
from services.materials.actions.renditions import add_rendition
from services.materials.actions.shelves import place_on_shelf, put_up_shelf
from services.materials.rules.shelves import ACCEPTED, PUBLIC
from shared.clock import now
from shared.deeds import Deed
from shared.store import store_at

SMALL = 100_000
LARGE = 50_000_000
MEGABYTE = 1_000_000
COUNTED = 200
"""So many downloads are counted together: what is kept for some seconds is asked for once among them."""


class Downloads:
    """A Reader on the shelf of those who have a place, in a small and a large file, and one such person's browser."""

    def __init__(self, stand: Stand) -> None:
        self._stand = stand
        self._cookie = stand.cookie_of(stand.people(1)[0])
        self.files = stand.folder / "plain-files"
        self.files.mkdir()
        self._public: dict[str, str] = {}
        self._addresses = self._put_up()

    def small_per_second(self) -> float:
        """Return downloads of the small file per second."""
        return self._load(self._stand.gateway, self._addresses["small"], connections=8)["per_second"]

    def small_milliseconds(self) -> float:
        """Return how long one takes, over one connection kept open and nobody else there: the mean of some seconds."""
        return 1000 / self._load(self._stand.gateway, self._addresses["small"], connections=1)["per_second"]

    def counted(self, stand: Stand) -> Counted:
        """Return what COUNTED downloads of the small file cost PostgreSQL."""
        with httpx.Client(base_url=stand.gateway, headers={"Cookie": self._cookie}) as browser:
            wait_for_page(stand)
            with counting(stand, service="materials") as found:
                for _ in range(COUNTED):
                    browser.get(self._addresses["small"]).raise_for_status()
        return found

    def large_megabytes_per_second(self) -> float:
        """Return how fast the large file comes over two connections, in MB/s."""
        return self._load(self._stand.gateway, self._addresses["large"], connections=2)["bytes_per_second"] / MEGABYTE

    def public_small_per_second(self) -> float:
        """Return downloads of the small file per second by its hash, as anybody."""
        return self._load(self._stand.gateway, self._public["small"], connections=8)["per_second"]

    def public_large_megabytes_per_second(self) -> float:
        """Return how fast the large file comes by its hash over two connections, in MB/s."""
        return self._load(self._stand.gateway, self._public["large"], connections=2)["bytes_per_second"] / MEGABYTE

    def plain_small_per_second(self, url: str) -> float:
        """Return the same from a plain nginx."""
        return self._load(url, "/small", connections=8)["per_second"]

    def plain_large_megabytes_per_second(self, url: str) -> float:
        """Return the same from a plain nginx."""
        return self._load(url, "/large", connections=2)["bytes_per_second"] / MEGABYTE

    def _load(self, base: str, path: str, *, connections: int) -> dict[str, float]:
        environment = {"HOST_HEADER": base.removeprefix("http://"), "COOKIE": self._cookie}
        return wrk(base + path, script="get.lua", environment=environment, connections=connections)

    def _put_up(self) -> dict[str, str]:
        """Publish both files; keep copies of the same bytes for the plain nginx. Return their addresses."""
        store_url = self._stand.stack.outline.addresses.store_url
        store = store_at(store_url)
        end = b"\nstartxref\n0\n%%EOF\n"
        sizes = (("small", SMALL), ("large", LARGE))
        content = {name: b"%PDF-1.7\n" + os.urandom(size - 9 - len(end)) + end for name, size in sizes}
        formats = {"small": "light_pdf", "large": "pdf"}
        addresses = {}
        deed = Deed(None, now())
        with self._stand.database("materials") as database, database.transaction() as session:
            publication = add_publication(
                session,
                slug=f"{SLUG}-reader",
                kind="reader",
                edition_id=self._stand.edition_id,
                titles={"en": "The Reader"},
                summaries={},
                contributors=[],
                deed=deed,
            )
            release = draft_release(session, publication_id=publication.id, version="1", dated="2011", deed=deed)
            for name, data in content.items():
                (self.files / name).write_bytes(data)
                rendition = add_rendition(
                    session,
                    store,
                    release_id=release.id,
                    language="en",
                    format_=formats[name],
                    pieces=[data],
                    limit=LARGE,
                    deed=deed,
                )
                addresses[name] = f"/materials/renditions/{rendition.id}/{rendition.filename}"
                self._public[name] = f"/materials/files/{rendition.sha256}/{rendition.filename}"
            publish_release(session, release_id=release.id, deed=deed)
            for rule in (ACCEPTED, PUBLIC):
                shelf = put_up_shelf(
                    session,
                    edition_id=self._stand.edition_id,
                    names={"en": "The Reader"},
                    rule=rule,
                    opens_at=None,
                    closes_at=None,
                    deed=deed,
                )
                place_on_shelf(session, shelf_id=shelf.id, publication_id=publication.id, deed=deed)
        return addresses
