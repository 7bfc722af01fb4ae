"""The public page of an edition, as a visitor gets it through the gateway."""

from __future__ import annotations

from bench.load import wrk
from bench.stand import SLUG, Stand


def pages_per_second(stand: Stand) -> float:
    """Fetch the page with eight connections; return pages per second."""
    environment = {"HOST_HEADER": stand.gateway.removeprefix("http://")}
    return wrk(f"{stand.gateway}/e/{SLUG}", script="get.lua", environment=environment)["per_second"]


def forms_per_second(stand: Stand, *, encoding: str = "") -> float:
    """Fetch the form of an application as a visitor without a cookie does; return forms per second."""
    environment = {"HOST_HEADER": stand.gateway.removeprefix("http://"), "ACCEPT_ENCODING": encoding}
    return wrk(f"{stand.gateway}/e/{SLUG}/apply", script="get.lua", environment=environment)["per_second"]


def bare_pages_per_second(url: str) -> float:
    """Fetch the bare Flask page the same way; return pages per second."""
    host = url.split("/")[2]
    return wrk(url, script="get.lua", environment={"HOST_HEADER": host})["per_second"]
