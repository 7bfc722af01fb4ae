"""Every request has an id that its facts, tasks and log lines share."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from shared.schema.base import new_id

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

_WELL_FORMED: Final = re.compile(r"[0-9A-Za-z-]{16,64}")


def well_formed(candidate: str) -> bool:
    """Say whether an id from outside may go into our logs: 16 to 64 letters, digits and hyphens."""
    return _WELL_FORMED.fullmatch(candidate) is not None


def id_of(environ: WSGIEnvironment) -> str:
    """Return the caller's X-Request-ID when it is well formed, else a new one (UUIDv7)."""
    sent: str = environ.get("HTTP_X_REQUEST_ID", "")
    return sent if sent and well_formed(sent) else str(new_id())
