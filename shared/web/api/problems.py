"""Turns refusals into answers: RFC 9457 documents for the API, pages for people. Nothing else knows status codes."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any, Final

from flask import Flask, Response, g, jsonify, make_response, render_template, request
from jinja2 import TemplateNotFound
from markupsafe import Markup
from sqlalchemy.exc import OperationalError, TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from shared.context import request_id
from shared.errors import Conflict, Forbidden, Invalid, NotFound, Refusal, TooMany
from shared.web.api.preconditions import VersionOutdated, VersionWanted
from shared.web.door.redirects import see_other
from shared.web.door.typed import typed_now
from shared.web.pages.refusing import back_to_page, page_of_form
from shared.web.pages.sent_back import sent_back
from shared.words.sentences import _l

log = logging.getLogger(__name__)

PROBLEM_JSON: Final = "application/problem+json"
STATUS: Final[dict[type[Refusal], int]] = {
    NotFound: 404,
    Conflict: 409,
    Forbidden: 403,
    Invalid: 422,
    TooMany: 429,
}


class BadRequest(Refusal):
    """The request makes no sense, whoever sends it."""

    title = _l("This request makes no sense")


class ForeignHost(BadRequest):
    """The request names a host that is not ours (a poisoned link, a cache, a wrong address)."""

    title = _l("This address is not ours")


class Unauthenticated(Refusal):
    """The API does not know who is asking."""

    title = _l("A valid token is needed")


_MISHAP: Final = _l("Something went wrong on our side")
_THE_REST: Final = _l("This cannot be done")
_STATUS_WORDS: Final = {
    400: _l("This request makes no sense"),
    403: _l("You may not do this"),
    404: _l("There is no such page"),
    405: _l("This address does not take such requests"),
    413: _l("What you sent is too large"),
    415: _l("This kind of file is not taken here"),
    429: _l("Too many tries; wait a little"),
    500: _MISHAP,
    503: _l("We cannot answer at the moment"),
}
_PASSING: Final[frozenset[object]] = frozenset(
    {429, 500, 503, "form-of-earlier-visit", "cookie-missing", "cookies-refused"}
)
"""Refusals that the same form may not meet a second time."""
STATUS[BadRequest] = 400
STATUS[Unauthenticated] = 401
STATUS[VersionOutdated] = 412
STATUS[VersionWanted] = 428


def status_of(refused: type[Refusal]) -> int:
    """Return the status code for a refusal: that of its kind, 400 for one without a kind."""
    return next((STATUS[kind] for kind in refused.__mro__ if kind in STATUS), 400)


def code_of(refused: type[Refusal]) -> str:
    """Return the name under which the API documents a refusal: ``EditionFull`` is ``edition-full``."""
    name = refused.__name__
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("-")


def use_problems(app: Flask) -> None:
    """Answer every refusal, HTTP error and mishap of ``app`` with a problem."""
    app.register_error_handler(Refusal, answer_refusal)
    app.register_error_handler(HTTPException, answer_http_error)
    app.register_error_handler(Exception, answer_mishap)
    for kind in (OperationalError, PoolTimeout):
        app.register_error_handler(kind, answer_out_of_reach)


def answer_refusal(refusal: Refusal) -> AnyResponse:
    """Say what the rules forbid, in the words of the one who forbade it."""
    if (page := back_to_page(refusal)) is not None:
        return page
    response = problem(
        status_of(type(refusal)),
        title=refusal.title,
        detail=refusal.detail,
        code=code_of(type(refusal)),
        errors=refusal.errors,
    )
    if isinstance(refusal, Unauthenticated):
        response.headers["WWW-Authenticate"] = "Bearer"
    if isinstance(refusal, TooMany) and refusal.wait:
        response.headers["Retry-After"] = str(refusal.wait)
    return response


def answer_http_error(error: HTTPException) -> AnyResponse:
    """Say what Werkzeug or Flask refused: no such page, wrong method, too large."""
    if error.response is not None and error.code is not None and error.code < HTTPStatus.BAD_REQUEST:
        return make_response(error.get_response())
    if error.code == HTTPStatus.TOO_MANY_REQUESTS:
        return answer_refusal(TooMany(_l("Wait a little before you try again.")))
    opened = error.code == HTTPStatus.METHOD_NOT_ALLOWED and request.method in {"GET", "HEAD"}
    if opened and not request.path.startswith("/api/") and (page := page_of_form()):
        return see_other(page)
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    response = problem(status, title=_STATUS_WORDS.get(status, _THE_REST), code="about:blank")
    for name, value in error.get_headers():
        if name not in {"Content-Type", "Content-Length"}:
            response.headers[name] = value
    return response


def answer_mishap(error: Exception) -> Response:
    """Log what went wrong under the request's id and say nothing of it to the outside."""
    log.error("unforeseen: %s", type(error).__name__, exc_info=error)
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, title=_MISHAP, code="about:blank")


def answer_out_of_reach(error: Exception) -> Response:
    """Ask for patience: PostgreSQL is away, or too many want the same row; the transaction was rolled back."""
    log.error("database out of reach: %s", type(getattr(error, "orig", error)).__name__)
    status = HTTPStatus.SERVICE_UNAVAILABLE
    detail = _l("Try again in a few seconds.")
    response = problem(status, title=_STATUS_WORDS[status], detail=detail, code="about:blank")
    response.headers["Retry-After"] = "5"
    return response


def problem(
    status: int,
    *,
    title: object,
    detail: object = "",
    code: str = "",
    errors: dict[str, object] | None = None,
) -> Response:
    """Return the answer to a request that failed: a document under ``/api/``, else a page."""
    words = {"status": int(status), "title": str(title), "detail": str(detail), "request_id": request_id()}
    texts = {name: str(text) for name, text in (errors or {}).items()}
    if request.path.startswith("/api/"):
        response = _document(words, code=code, errors=texts)
    else:
        response = _form_again(words, code) or make_response(_page(words, texts))
    response.status_code = int(status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _form_again(words: dict[str, Any], code: str) -> Response | None:
    """Return the form that was refused, with what was typed; a page that fails itself is no reason to lose the rest."""
    try:
        goes_again = code in _PASSING or words["status"] in _PASSING
        return sent_back(typed_now(), words, goes_again=goes_again)
    except Exception:
        log.exception("a form could not be sent back")
        return None


def _document(words: dict[str, Any], *, code: str, errors: dict[str, str]) -> Response:
    kind = code if code == "about:blank" else f"/api/problems/{code}"
    body = {"type": kind, **words, "instance": request.path}
    if errors:
        body["errors"] = errors
    response = jsonify(body)
    response.mimetype = PROBLEM_JSON
    return response


def _page(words: dict[str, Any], errors: dict[str, str]) -> str:
    try:
        return render_template("problem.html", errors=errors, **words)
    except TemplateNotFound:
        return _bare_page(words)
    except Exception:
        g.pop("signed_in", None)
        log.exception("the page that tells of a problem failed itself")
        return _bare_page(words)


def _bare_page(words: dict[str, Any]) -> str:
    return Markup(
        "<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title><h1>{title}</h1><p>{detail}</p>"
        "<p><a href='/'>Academy</a></p><p><small>{request_id}</small></p></html>"
    ).format(**words)
