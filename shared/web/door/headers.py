"""What every answer tells the browser not to do, and the request's id.

Added outside of Flask, where a header costs no more than a tuple.
"""

from __future__ import annotations

import secrets
from contextlib import suppress
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

from flask import request

from shared.context import within_request
from shared.web.door.request_ids import id_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from shared.settings import Settings

    Tell = Callable[[WSGIEnvironment, str, float], None]

_NONCE: Final = "academy.nonce"
_ALWAYS: Final = [
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    # same-origin, not no-referrer: the latter makes browsers send "Origin: null" with our own forms (Fetch, 3.2)
    ("Referrer-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
]
_TWO_YEARS: Final = ("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
_CSP: Final = (
    "default-src 'none'; script-src {scripts}; style-src 'self'{styles}; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'"
)
_CSP_WITHOUT_SCRIPTS: Final = _CSP.format(scripts="'none'", styles="")
_PIECE: Final = 1024 * 1024
_READS: Final = frozenset({"GET", "HEAD"})


def nonce() -> str:
    """Return this answer's nonce for ``<script nonce>`` and ``<style nonce>``."""
    environ = request.environ
    found: str | None = environ.get(_NONCE)
    if found is None:
        found = environ[_NONCE] = secrets.token_urlsafe(16)
    return found


def nonce_of(environ: Mapping[str, Any]) -> str | None:
    """Return the nonce of the answer to ``environ``; None where no page asked for one."""
    found: str | None = environ.get(_NONCE)
    return found


def put_nonce(chosen: str | None) -> None:
    """Let this answer's nonce be ``chosen``; None: let it be chosen anew."""
    if chosen is None:
        request.environ.pop(_NONCE, None)
    else:
        request.environ[_NONCE] = chosen


def share_nonce(inner: Mapping[str, Any], outer: WSGIEnvironment) -> None:
    """Let the answer to ``outer`` be a page that was made for ``inner``."""
    if _NONCE in inner:
        outer[_NONCE] = inner[_NONCE]


class OuterLayer:
    """Wraps a WSGI application: gives the request its id, and every answer its headers.

    A Content-Security-Policy or Cache-Control that the view set stays. ``tell`` learns of each answer: the request, the
    status, the seconds.
    """

    def __init__(self, app: WSGIApplication, settings: Settings, *, cookie: str, tell: Tell) -> None:
        self._app = app
        self._cookie = cookie
        self._tell = tell
        self._always = [*_ALWAYS, *([_TWO_YEARS] if settings.public_url.startswith("https://") else [])]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer within the request's id."""
        request_id = id_of(environ)
        began = perf_counter()

        def start(status: str, headers: list[tuple[str, str]], failure: Any = None) -> Callable[[bytes], object]:
            present = {name.lower() for name, _ in headers}
            headers = [*headers, *self._always, ("X-Request-ID", request_id)]
            if "content-security-policy" not in present:
                headers.append(("Content-Security-Policy", _policy(environ.get(_NONCE))))
            if "cache-control" not in present:
                personal = "set-cookie" in present or self._is_personal(environ)
                headers.append(("Cache-Control", "no-store" if personal else "no-cache"))
            self._tell(environ, status[:3], perf_counter() - began)
            return start_response(status, headers, failure)

        with within_request(request_id):
            answer = self._app(environ, start)
            if environ.get("CONTENT_LENGTH") or "HTTP_TRANSFER_ENCODING" in environ:
                _read_to_the_end(environ)
            return answer

    def _is_personal(self, environ: WSGIEnvironment) -> bool:
        """Whatever a cookie had a part in belongs to one person; the rest may be kept if it is asked about again."""
        return self._cookie in environ.get("HTTP_COOKIE", "") or environ["REQUEST_METHOD"] not in _READS


def _read_to_the_end(environ: WSGIEnvironment) -> None:
    """Throw away what a refusal left unread of the body.

    The server gives up a connection with more than a little left on it, while the gateway keeps it for the next
    request: that one, perhaps somebody else's form, was then answered 502.
    """
    with suppress(OSError):
        while environ["wsgi.input"].read(_PIECE):
            pass


def _policy(own: str | None) -> str:
    if own is None:
        return _CSP_WITHOUT_SCRIPTS
    return _CSP.format(scripts=f"'nonce-{own}'", styles=f" 'nonce-{own}'")
