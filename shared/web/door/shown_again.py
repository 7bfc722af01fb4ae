"""A form that is refused ends at an address of its own, so that Back and reload find the page and send nothing again.

A page that answers a form directly is gone when the browser leaves it: coming back, people see the browser's own error
page, or send the form a second time. So the answer is kept, sealed, and the browser is led to it. Nobody else finds it:
it opens to the same browser between two sign-ins or sign-outs, for an hour, and until one of its forms goes through.
"""

from __future__ import annotations

import json
import logging
import secrets
import zlib
from base64 import b64decode, b64encode
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from flask import Flask, Response, g, request, session
from limits import parse
from sqlalchemy.exc import SQLAlchemyError

from shared.clock import now
from shared.kept_pages import KEPT, drop_pages, keep_page, kept_page
from shared.secrets import new_secret
from shared.vault import Vault, vault_of
from shared.web.door.csrf import form_secret
from shared.web.door.headers import nonce_of, put_nonce
from shared.web.door.limits import by_caller, within
from shared.web.door.redirects import see_other
from shared.web.door.sessions import has_cookie, keep_secret, kept_secret
from shared.web.door.tools import tools
from shared.web.door.typed import is_own_form
from shared.web.pages.sent_back import has_page

log = logging.getLogger(__name__)

AGAIN: Final = "again"
"""The argument that names a kept page."""
_HAS: Final = "p"
"""Where the cookie says that pages are kept for this browser."""
_WANTED: Final = "shown_again"
_OFTEN: Final = parse("300 per hour")
_LONGEST: Final = 512 * 1024


def use_kept_pages(app: Flask) -> None:
    """Lead browsers from the answer to a form to a page of its own; forget such pages once a form goes through."""

    @app.after_request
    def lead_to_page(response: Response) -> Response:
        if request.method != "POST":
            return response
        if _is_shown(response):
            return _kept(response) or response
        if response.status_code < HTTPStatus.BAD_REQUEST:
            _forget()
        return response


def show_again() -> None:
    """Keep the answer to this request, though it refuses nothing: the form asked for a page."""
    setattr(g, _WANTED, True)


def page_from_before() -> Response | None:
    """Return the page that the address names, as it was; None where there is none for this browser."""
    if AGAIN.encode() not in request.query_string:
        return None
    browser, name = kept_secret(), request.args.get(AGAIN, "")
    if browser is None or not name:
        return None
    with tools().database.reading() as reading:
        sealed = kept_page(reading, browser=browser, name=_bound(name), now=now())
    written = _vault().open(sealed, max_age=KEPT) if sealed else None
    if written is None:
        return None
    status, nonce, page = json.loads(written)
    put_nonce(nonce)
    return Response(zlib.decompress(b64decode(page)), status=status, mimetype="text/html")


def _is_shown(response: Response) -> bool:
    """Say whether a browser shows ``response`` as the page that answers a form of ours, and could come back to it."""
    refused = HTTPStatus.BAD_REQUEST <= response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR
    return (
        (refused or getattr(g, _WANTED, False))
        and response.mimetype == "text/html"
        and "text/html" in request.headers.get("Accept", "")
        and has_cookie()  # without one the browser could not show that the page is its own
        and is_own_form()
        and has_page(request.path)
    )


def _kept(response: Response) -> Response | None:
    page = response.get_data()
    if len(page) > _LONGEST or not within(_OFTEN, "shown again", by_caller()):
        return None
    browser, name = kept_secret() or new_secret(), secrets.token_urlsafe(9)
    packed = b64encode(zlib.compress(page)).decode()
    sealed = _vault().seal(json.dumps([response.status_code, nonce_of(request.environ), packed]))
    try:
        with tools().database.transaction() as work:
            if not keep_page(work, browser=browser, name=_bound(name), sealed=sealed, now=now()):
                return None
    except SQLAlchemyError as error:
        log.warning("a page could not be kept: %s", type(error).__name__)
        return None
    keep_secret(browser)
    session[_HAS] = 1
    asked = [(key, value) for key, value in request.args.items(multi=True) if key != AGAIN]
    leads = see_other(f"{request.path}?{urlencode([*asked, (AGAIN, name)])}")
    for cookie in response.headers.getlist("Set-Cookie"):
        leads.headers.add("Set-Cookie", cookie)
    return leads  # type: ignore[return-value]  # Flask's own class of answers


def _forget() -> None:
    """Forget the pages of this browser, where it has some."""
    browser = kept_secret()
    if browser is None or _HAS not in session:
        return
    try:
        with tools().database.transaction() as work:
            drop_pages(work, browser=browser)
    except SQLAlchemyError as error:
        log.warning("kept pages could not be forgotten: %s", type(error).__name__)
        return
    del session[_HAS]


def _bound(name: str) -> str:
    """Bind a page to the time between two sign-ins: each gives the browser's forms another secret."""
    return f"{name} {form_secret()}"


def _vault() -> Vault:
    return vault_of(tools().settings.secret_key.get_secret_value())
