"""What every answer tells the browser not to do."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from flask import Flask, Response, g, request, session

from shared.context import request_id

if TYPE_CHECKING:
    from shared.settings import Settings

_ALWAYS: Final = (
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    # same-origin, not no-referrer: the latter makes browsers send "Origin: null" with our own forms (Fetch, 3.2)
    ("Referrer-Policy", "same-origin"),
    (
        "Permissions-Policy",
        "camera=(), geolocation=(), microphone=(), payment=(), usb=(), interest-cohort=()",
    ),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)
_CSP: Final = (
    "default-src 'none'; script-src {scripts}; style-src 'self'{styles}; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_CSP_WITHOUT_SCRIPTS: Final = _CSP.format(scripts="'none'", styles="")
_YEAR: Final = ("Strict-Transport-Security", "max-age=63072000; includeSubDomains")


def nonce() -> str:
    """Return this answer's nonce for ``<script nonce>`` and ``<style nonce>``."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    found: str = g.nonce
    return found


def use_headers(app: Flask, settings: Settings) -> None:
    """Add the headers to every answer of ``app``; a view may set its own Content-Security-Policy and Cache-Control."""
    always = [*_ALWAYS, *([_YEAR] if settings.public_url.startswith("https://") else [])]

    @app.after_request
    def add_headers(response: Response) -> Response:
        headers = response.headers
        headers.extend(always)
        headers["X-Request-ID"] = request_id()
        if "Content-Security-Policy" not in headers:
            own = g.get("nonce")
            headers["Content-Security-Policy"] = (
                _CSP_WITHOUT_SCRIPTS if own is None else _CSP.format(scripts=f"'nonce-{own}'", styles=f" 'nonce-{own}'")
            )
        if "Cache-Control" not in headers:
            # Whatever a cookie had a part in belongs to one person; the rest may be kept if it is asked about again.
            personal = session.accessed or session.modified or request.method not in {"GET", "HEAD"}
            headers["Cache-Control"] = "no-store" if personal else "no-cache"
        return response
