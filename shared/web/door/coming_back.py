"""Where a form goes that does not reach its view: to the sign-in and back, or to its page in another language."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode, urlsplit

from flask import redirect, request

from shared.web.door.kept import WISH, keep_typed, page_that_fills, typed_kept
from shared.web.door.redirects import own_path
from shared.web.door.typed import ONLY, fill_with, typed_now
from shared.web.pages.flashes import flash_message
from shared.web.pages.sent_back import carrying_page, has_page, same_form
from shared.words.sentences import _

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from shared.web.door.policy import Policy

SIGN_IN: Final = {"participant": "/sign-in", "staff": "/staff/sign-in"}
HOME: Final = {"participant": "/me", "staff": "/desk"}


def to_sign_in(policy: Policy) -> AnyResponse:
    """Lead to where people of this policy sign in, and back from there: to the page, or to the form with its text."""
    target, home = SIGN_IN[policy.kind], HOME[policy.kind]
    if request.method == "GET":
        return redirect(target + "?" + urlencode({"next": own_path(request.full_path.rstrip("?"))}), code=303)
    typed = typed_now()
    if typed is None:
        return redirect(target, code=303)
    leads_to = page_that_fills(typed.path, opens=has_page(request.path), otherwise=home)
    target += "?" + urlencode({"next": leads_to})
    title = str(_("You are not signed in any more, so nothing was sent yet"))
    if keep_typed(typed):
        flash_message(_("%(title)s. Sign in within the hour: what you wrote waits for you.", title=title), "warning")
        return redirect(target, code=303)
    detail = str(_("Sign in in a second tab, then come back to this one and send again."))
    words = {"status": HTTPStatus.FORBIDDEN, "title": title, "detail": detail, "request_id": ""}
    page = carrying_page(replace(typed, title=title, detail=detail), words, sign_in=SIGN_IN[policy.kind])
    page.status_code = HTTPStatus.FORBIDDEN
    return page


def in_other_language() -> AnyResponse | None:
    """Answer a form that asks to be shown in another language: the same page with what was typed, and nothing done."""
    if request.form.get(ONLY) != "language" or "lang" not in request.args:
        return None
    typed = typed_now()
    return same_form(typed) if typed is not None else None


def fill_from_before() -> AnyResponse | None:
    """Fill the page with what this browser had typed before it signed in; a deed without a page is asked once more."""
    typed = typed_kept() if WISH.encode() in request.query_string and WISH in request.args else None
    if typed is None:
        return None
    told = replace(
        typed,
        title=str(_("Here is what you wrote before. It was not sent yet.")),
        detail=str(_("Look it over and send it again.")),
        kind="information",
    )
    if urlsplit(typed.path).path == request.path:
        fill_with(told, request.environ)
        return None
    return carrying_page(told, {"status": HTTPStatus.OK, "title": told.title, "detail": told.detail, "request_id": ""})
