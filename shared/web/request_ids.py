"""Every request has an id that its facts, tasks and log lines share."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from shared.context import within_request
from shared.schema.base import new_id

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_WELL_FORMED: Final = re.compile(r"[0-9A-Za-z-]{16,64}")


def well_formed(candidate: str) -> bool:
    """Say whether an id from outside may go into our logs: 16 to 64 letters, digits and hyphens."""
    return _WELL_FORMED.fullmatch(candidate) is not None


class RequestIds:
    """Wraps a WSGI application: takes a well-formed X-Request-ID from the caller or makes one (UUIDv7)."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer within the request's id."""
        sent = environ.get("HTTP_X_REQUEST_ID", "")
        with within_request(sent if sent and well_formed(sent) else str(new_id())):
            return self._app(environ, start_response)
