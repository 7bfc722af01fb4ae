"""Which language a request is answered in."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, Request, Response, current_app, g, has_request_context, request

from shared.words.languages import (
    SOURCE_LANGUAGE,
    UNKNOWN,
    Preference,
    ask_reader_of_request,
    current_locale,
    supported,
)

COOKIE = "lang"
_WISH = b"lang="
_YEAR = 365 * 24 * 3600


def negotiate(asked: Request, reader: Preference = UNKNOWN) -> str:
    """Choose `?lang=` first (a deliberate act), then the person, the cookie, the browser, English."""
    wish = asked.args.get("lang") if _WISH in asked.query_string else None
    if found := supported(wish) or supported(reader.language):
        return found
    if "HTTP_COOKIE" in asked.environ and (found := supported(asked.cookies.get(COOKIE))):
        return found
    if "HTTP_ACCEPT_LANGUAGE" in asked.environ:
        for tag in asked.accept_languages.values():
            if found := supported(tag):
                return found
    return SOURCE_LANGUAGE


def remember_language(response: Response, language: str) -> None:
    """Keep a visitor's choice in a cookie for a year."""
    response.set_cookie(COOKIE, language, max_age=_YEAR, samesite="Lax", secure=request.is_secure, httponly=True)


def forget_reader() -> None:
    """Negotiate again in this request, after sign-in or a change of language."""
    if has_request_context():
        g.pop("reader", None)


def register_languages(app: Flask, reader: Callable[[], Preference]) -> None:
    """Let requests negotiate; `reader` says what the signed-in person prefers. A valid `?lang=` is remembered."""
    app.extensions["reader"] = reader
    ask_reader_of_request(_reader_of_request)

    @app.after_request
    def tell_language(response: Response) -> Response:
        if _WISH in request.query_string and (wish := supported(request.args.get("lang"))):
            remember_language(response, wish)
        if response.mimetype == "text/html":
            response.headers.setdefault("Content-Language", current_locale())
            response.headers.add("Vary", "Accept-Language, Cookie")
        return response


def _reader_of_request() -> Preference:
    """Return who reads this answer; a page asks some hundred times, so what is known is looked up once."""
    try:
        known: Preference = g.reader
    except RuntimeError:  # neither a request nor an app
        return UNKNOWN
    except AttributeError:
        return _negotiated() if has_request_context() else UNKNOWN
    return known


def _negotiated() -> Preference:
    person: Preference = current_app.extensions.get("reader", lambda: UNKNOWN)()
    g.reader = Preference(negotiate(request, person), person.zone)
    found: Preference = g.reader
    return found
