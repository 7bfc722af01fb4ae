"""Forms carry a secret that only our own pages can read.

The secret lives in the signed cookie; each page shows it under a fresh mask, so that compressed pages do not leak it
byte by byte (BREACH). Flask-WTF was measured: it signs what the cookie has signed already, at 38 µs per page, and its
Referer check contradicts our Referrer-Policy.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING, Final

from flask import g, request, session
from markupsafe import Markup

from shared.errors import Forbidden
from shared.web.door.sessions import has_cookie
from shared.web.door.typed import AGAIN, is_own_form, typed_before
from shared.words.sentences import _l

if TYPE_CHECKING:
    from shared.settings import Settings

FIELD: Final = "csrf_token"
HEADER: Final = "X-CSRF-Token"
_KEY: Final = "c"
_BYTES: Final = 24


class StaleForm(Forbidden):
    """The form did not come from one of our pages, or from one that is too old."""

    title = _l("This page was open for too long, or came from elsewhere")


class FormOfEarlierVisit(StaleForm):
    """The page is ours, but was made before the cookie changed: by a sign-in, a sign-out, or long ago."""

    title = _l("This form was not sent yet: you have signed in or out since you opened it, or that was long ago")


class CookieMissing(StaleForm):
    """The form is ours, but the browser sent no cookie along."""

    title = _l("This form was not sent yet: your browser sent no cookie with it")


class CookiesRefused(StaleForm):
    """The browser was given a cookie with the page before, and sends none."""

    title = _l("Your browser refuses our cookie")


def csrf_token() -> str:
    """Return the token for this page's forms."""
    if "csrf" not in g:
        secret = session.get(_KEY)
        if not isinstance(secret, str):
            secret = secrets.token_urlsafe(_BYTES)
            session[_KEY] = secret
        plain = urlsafe_b64decode(secret)
        mask = secrets.token_bytes(_BYTES)
        g.csrf = urlsafe_b64encode(mask + _xor(plain, mask)).decode()
    token: str = g.csrf
    return token


def form_secret() -> str:
    """Return what tells this browser's forms from all others until it signs in or out; empty without our cookie."""
    found = session.get(_KEY)
    return found if isinstance(found, str) else ""


def csrf_field() -> Markup:
    """Return the hidden input each form needs."""
    again = Markup('<input type="hidden" name="{}" value="yes">').format(AGAIN) if typed_before() else ""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, csrf_token()) + again


def require_own_form(settings: Settings) -> None:
    """Refuse a mutating request that does not carry this session's token or names a foreign origin."""
    origin = request.headers.get("Origin")
    if origin is not None and origin != settings.public_url:
        raise StaleForm
    secret = session.get(_KEY)
    sent = request.headers.get(HEADER) or request.form.get(FIELD, "")
    if not isinstance(secret, str) or not hmac.compare_digest(_unmask(sent), secret):
        raise _why_stale()


def _why_stale() -> StaleForm:
    """Name the cause: only of a form that is ours do we know more than that its token does not fit."""
    if not is_own_form():
        return StaleForm()
    if has_cookie():
        return FormOfEarlierVisit(_l("What you wrote is still here. Look it over and send it again."))
    if request.form.get(AGAIN):
        return CookiesRefused(
            _l("Without it we cannot tell your form from a forged one. Allow cookies for this site, then send again.")
        )
    return CookieMissing(
        _l("It was deleted meanwhile, or the browser refuses cookies. What you wrote is still here; send it again.")
    )


def _xor(left: bytes, right: bytes) -> bytes:
    return (int.from_bytes(left) ^ int.from_bytes(right)).to_bytes(_BYTES)


def _unmask(token: str) -> str:
    try:
        raw = urlsafe_b64decode(token)
    except ValueError:
        return ""
    if len(raw) != 2 * _BYTES:
        return ""
    return urlsafe_b64encode(_xor(raw[:_BYTES], raw[_BYTES:])).decode()
