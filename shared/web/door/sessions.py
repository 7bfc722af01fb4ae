"""The cookie: signed by us, readable by its owner, and worth nothing once its session row is revoked.

One cookie carries the session's secret, the form secret and messages for the next page. The services share it, since
they share the secret key; only registration opens sessions and notes when they were last seen.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Final

from flask import Flask, Request, Response, current_app, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin

from shared.stamps import Stamped
from shared.web.door.lifetimes import ABSOLUTE

if TYPE_CHECKING:
    from itsdangerous import URLSafeTimedSerializer

    from shared.settings import Settings

_KEY: Final = "s"
_KEPT: Final = "k"


class PlainText:
    """JSON as short as it gets. Flask's own keeps dates and tuples apart, which no cookie of ours holds."""

    def dumps(self, value: object) -> str:
        """Write ``value``."""
        return json.dumps(value, separators=(",", ":"))

    def loads(self, text: str | bytes) -> object:
        """Read what was written."""
        found: object = json.loads(text)
        return found


class Cookie(SecureCookieSessionInterface):
    """Flask's signed cookie, with SHA-256 instead of SHA-1, and for free when there is none."""

    digest_method = staticmethod(hashlib.sha256)
    serializer = PlainText()  # type: ignore[assignment]

    def __init__(self, name: str) -> None:
        self._name = name
        self._serializer: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Return the one serializer; Flask would make a new one twice per request."""
        if self._serializer is None:
            self._serializer = super().get_signing_serializer(app)
            if self._serializer is not None:
                self._serializer.signer = Stamped
        return self._serializer

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Read the cookie, if there is one."""
        if self._name not in request.environ.get("HTTP_COOKIE", ""):
            return SecureCookieSession()
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write the cookie, if it changed."""
        if session.modified:
            super().save_session(app, session, response)
        elif session.accessed:
            response.headers.add("Vary", "Cookie")


def use_cookie(app: Flask, settings: Settings) -> None:
    """Give ``app`` the session cookie; over https it has the ``__Host-`` prefix (RFC 6265bis, 4.1.3.2)."""
    secure = settings.public_url.startswith("https://")
    name = "__Host-academy" if secure else "academy"
    app.session_interface = Cookie(name)
    app.secret_key = settings.secret_key.get_secret_value()
    app.config.update(
        SESSION_COOKIE_NAME=name,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_PATH="/",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=max(ABSOLUTE.values()),
    )


def remember_session(secret: str) -> None:
    """Answer with a fresh cookie for the session just opened.

    Nothing of the visitor's old cookie survives but what opens the form that this browser had typed before.
    """
    kept = kept_secret()
    session.clear()
    keep_secret(kept)
    session.permanent = True
    session[_KEY] = secret


def forget_session() -> None:
    """Answer with a cookie that knows nobody."""
    session.clear()


def keep_secret(secret: str | None) -> None:
    """Let the cookie hold what opens this browser's kept form, or no longer."""
    if secret is not None:
        session[_KEPT] = secret
    elif _KEPT in session:
        del session[_KEPT]


def kept_secret() -> str | None:
    """Return what opens the form that this browser had typed before it had to sign in."""
    found = session.get(_KEPT) if has_cookie() else None
    return found if isinstance(found, str) else None


def session_secret() -> str | None:
    """Return the secret the browser sent with a valid signature, if it sent one."""
    if not has_cookie():
        return None
    found = session.get(_KEY)
    return found if isinstance(found, str) else None


def has_cookie() -> bool:
    """Say whether the browser sent our cookie at all."""
    return current_app.config["SESSION_COOKIE_NAME"] in request.cookies
