"""A form that could not go through comes back: filled, with the reason on top and a fresh token.

The page is the form's own wherever its address can be opened: it is asked for as if by GET, inside of this request,
and :func:`shared.web.pages.forms.fill` puts in what was typed. Elsewhere (a deadline has passed, the deed has no page,
the database is away) a page carries the fields, shows the texts, and has one button that sends them again.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from http import HTTPStatus
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from flask import Response, current_app, g, make_response, render_template, request, session
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from shared.web.door.headers import share_nonce
from shared.web.door.typed import Typed, fill_with

if TYPE_CHECKING:
    from collections.abc import Mapping

log = logging.getLogger(__name__)

_OF_THE_BODY: Final = ("CONTENT_TYPE", "HTTP_TRANSFER_ENCODING", "HTTP_SEC_FETCH_MODE", "HTTP_CONTENT_ENCODING")


def same_form(typed: Typed) -> Response | None:
    """Return the page that ``typed`` was sent from, filled with it, or None when it does not open."""
    if not has_page(request.path):
        return None
    environ = {name: value for name, value in request.environ.items() if not name.startswith("werkzeug.request")}
    for name in _OF_THE_BODY:
        environ.pop(name, None)
    environ |= {"REQUEST_METHOD": "GET", "CONTENT_LENGTH": "0", "wsgi.input": BytesIO()}
    fill_with(typed, environ)
    try:
        with current_app.request_context(environ):
            page = current_app.full_dispatch_request()
    except Exception:
        log.exception("the page of a form that comes back failed itself")
        return None
    if page.status_code != HTTPStatus.OK or page.mimetype != "text/html":
        return None
    share_nonce(environ, request.environ)
    session.modified = False  # the page wrote the cookie; what this request did to it is in there too
    return page


def carrying_page(typed: Typed, words: Mapping[str, Any], *, sign_in: str = "") -> Response:
    """Return a page that carries ``typed`` and sends it again; ``sign_in`` leads to where one signs in first."""
    if words["status"] >= HTTPStatus.INTERNAL_SERVER_ERROR:
        g.signed_in = None  # who asks is not looked up: the database may be what failed
    fill_with(typed, request.environ)
    return make_response(render_template("carried.html", typed=typed, sign_in=sign_in, **words))


def sent_back(typed: Typed | None, words: Mapping[str, Any], *, goes_again: bool) -> Response | None:
    """Return the page for a form that was refused with ``words``, or None where nothing that was typed is at stake.

    ``goes_again`` says whether the same form may go through a moment later.
    """
    if typed is None or not (goes_again or typed.texts()):
        return None
    told = replace(typed, title=words["title"], detail=words["detail"])
    reachable = words["status"] < HTTPStatus.INTERNAL_SERVER_ERROR
    page = same_form(told) if reachable else None
    return page or carrying_page(told, words)


def has_page(path: str) -> bool:
    """Say whether one of this service's pages opens at ``path``."""
    try:
        current_app.create_url_adapter(request).match(path, method="GET")  # type: ignore[union-attr]
    except (HTTPException, RequestRedirect):
        return False
    return True
