"""Browsers in which somebody has come in before: their owner is not locked out by what is tried from elsewhere.

The cookie holds, signed and for half a year, keyed hashes of the last few accounts and a number of the browser's own.
It opens nothing: it only gives the browser a count of its own at the door, and tells a sign-in from a new browser.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from flask import current_app, g, request
from itsdangerous import BadData, URLSafeTimedSerializer

from shared.secrets import new_secret
from shared.stamps import Stamped
from shared.web.door.tools import tools

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Response

LASTS: Final = timedelta(days=180)
MOST: Final = 5
"""Accounts that one browser remembers; the oldest makes room."""


def is_known_to(account: str) -> bool:
    """Say whether somebody came in as ``account`` (a normal address) with this browser before."""
    return _mark(account) in _remembered()[1]


def by_known_browser(account: Callable[[], str]) -> Callable[[], str]:
    """Count strangers at an account together, and each browser that knows the account alone."""

    def key() -> str:
        named = account()
        mark = _mark(named)
        return f"{mark} {_remembered()[0]}" if is_known_to(named) else mark

    return key


def make_known_to(account: str, response: Response) -> None:
    """Answer with a cookie by which this browser is known to ``account`` from now on."""
    number, marks = _remembered()
    mark = _mark(account)
    kept = [mark, *(other for other in marks if other != mark)][:MOST]
    response.set_cookie(
        _name(),
        _signer().dumps([number or new_secret(), kept]),
        max_age=LASTS,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
        path="/",
    )


def _remembered() -> tuple[str, list[str]]:
    if "known_browser" not in g:
        g.known_browser = _read(request.cookies.get(_name(), ""))
    found: tuple[str, list[str]] = g.known_browser
    return found


def _read(cookie: str) -> tuple[str, list[str]]:
    try:
        number, marks = _signer().loads(cookie, max_age=int(LASTS.total_seconds()))
    except (BadData, ValueError, TypeError):
        return "", []
    return number, marks


def _mark(account: str) -> str:
    key = tools().settings.secret_key.get_secret_value().encode()
    return hmac.new(key, f"known browser {account}".encode(), hashlib.sha256).hexdigest()[:32]


def _signer() -> URLSafeTimedSerializer:
    key = tools().settings.secret_key.get_secret_value()
    digest = {"digest_method": hashlib.sha256}
    return URLSafeTimedSerializer(key, salt="known-browser", signer=Stamped, signer_kwargs=digest)


def _name() -> str:
    return "__Host-known-browser" if current_app.config["SESSION_COOKIE_SECURE"] else "known-browser"
