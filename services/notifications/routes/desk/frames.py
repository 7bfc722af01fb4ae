"""A mail's own HTML inside a page of the desk: nothing in it can run, load or lead out of its frame."""

from __future__ import annotations

from typing import Final

from flask import Response

from shared.web.door.headers import nonce

_FRAME: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; sandbox; frame-ancestors 'self'"
_PAGE: Final = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'"
)


def with_frames(html: str) -> Response:
    """Return a page that may show one of our own pages in a frame."""
    response = Response(html)
    response.headers["Content-Security-Policy"] = _PAGE.format(nonce=nonce())
    return response


def as_frame(html: str) -> Response:
    """Return a mail's HTML for such a frame."""
    response = Response(html, mimetype="text/html")
    response.headers["Content-Security-Policy"] = _FRAME
    return response
