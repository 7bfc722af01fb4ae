"""One line and one figure for each answer: the route's pattern, never its path, and nothing about the person."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from shared.web.metrics import observer

if TYPE_CHECKING:
    from collections.abc import Callable
    from wsgiref.types import WSGIEnvironment

log = logging.getLogger(__name__)

ROUTE: Final = "academy.route"
_QUIET: Final = frozenset({"/healthz", "/readyz", "/metrics", "/static/<path:filename>"})
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def teller(service: str) -> Callable[[WSGIEnvironment, str, float], None]:
    """Return what takes down each answer of ``service``."""

    def tell(environ: WSGIEnvironment, status: str, seconds: float) -> None:
        route = environ.get(ROUTE, "-")
        method = environ["REQUEST_METHOD"]
        observer(service, route, method if method in _METHODS else "-", status)(seconds)
        if route not in _QUIET:
            fields = {"route": route, "method": method, "status": int(status), "ms": round(seconds * 1000, 1)}
            log.info("answered", extra=fields)

    return tell
