"""One line and one figure for each answer: the route's pattern, never its path, and nothing about the person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shared.web.door.metrics import answers, observer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from wsgiref.types import WSGIEnvironment

ROUTE: Final = "academy.route"
_QUIET: Final = frozenset({"/healthz", "/readyz", "/metrics", "/static/<path:filename>"})
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def teller(
    service: str, write: Callable[[Mapping[str, object]], None]
) -> Callable[[WSGIEnvironment, str, float], None]:
    """Return what takes down each answer of ``service``; ``write`` puts the line into the log."""
    answers()  # all workers forked from here count together

    def tell(environ: WSGIEnvironment, status: str, seconds: float) -> None:
        route = environ.get(ROUTE, "-")
        method = environ["REQUEST_METHOD"]
        observer(service, route, method if method in _METHODS else "-", status)(seconds)
        if route not in _QUIET:
            write({"route": route, "method": method, "status": int(status), "ms": round(seconds * 1000, 1)})

    return tell
