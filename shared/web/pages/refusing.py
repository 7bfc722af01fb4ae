"""A deed that is refused leads back to the page where its button stands: the sentence on top, what was typed in place.

A deed with a form at its own address needs nothing of this: :mod:`shared.web.pages.sent_back` fills that form again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final, TypeVar

from flask import current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from shared.errors import Conflict, Invalid, Refusal
from shared.web.door.kept import keep_typed, page_that_fills
from shared.web.door.redirects import own_path, see_other
from shared.web.door.typed import typed_now
from shared.web.pages.flashes import flash_message
from shared.web.pages.sent_back import has_page

View = TypeVar("View", bound=Callable[..., object])
_PAGE: Final = "__refused_at__"
_ENDS: Final = ".?!؟"


def refused_at(page: str) -> Callable[[View], View]:
    """Have what clashes with the state of things, or is wrong, told on ``page``.

    ``page`` is an address in which ``{offer_id}`` stands for that argument of the deed's own path; the query of the
    deed's address, a table's filters for one, goes along. Who may not do the deed at all is answered as everywhere.
    """

    def declare(view: View) -> View:
        setattr(view, _PAGE, page)
        return view

    return declare


def page_of_refusals(view: object) -> str:
    """Return the page that ``view`` named, or empty text."""
    return str(getattr(view, _PAGE, ""))


def back_to_page(refusal: Refusal) -> Response | None:
    """Lead to the page that the deed named; None where it named none, or where what was typed would be lost."""
    page = page_of_refusals(current_app.view_functions.get(request.endpoint or ""))
    if not page or not isinstance(refusal, (Conflict, Invalid)):
        return None
    plain = page.format(**(request.view_args or {}))
    leads_to = own_path(f"{plain}?{request.query_string.decode()}".rstrip("?"), otherwise=plain)
    typed = typed_now()
    if typed is not None and typed.texts():
        if not keep_typed(replace(typed, path=plain)):
            return None
        leads_to = page_that_fills(leads_to, opens=True, otherwise=leads_to)
    flash_message(said(refusal), "error")
    return see_other(leads_to)


def page_of_form() -> str:
    """Return the page on which a form stands whose address somebody opens, by reloading it for one; empty for none.

    That is the page its deed names for refusals, else the nearest page above the address.
    """
    try:
        endpoint, arguments = current_app.create_url_adapter(request).match(request.path, method="POST")  # type: ignore[union-attr]
    except HTTPException:
        return ""
    named = page_of_refusals(current_app.view_functions[endpoint]).format(**arguments)
    if named and has_page(named):
        return named
    above = request.path
    while above := above.rpartition("/")[0]:
        if has_page(above):
            return above
    return ""


def said(refusal: Refusal) -> str:
    """Return a refusal in one line: what it is called, what is particular to it, what is wrong with the answers."""
    wrong = list(dict.fromkeys(str(sentence) for sentence in refusal.errors.values()))
    named = [] if type(refusal) is Invalid and wrong else [str(refusal.title), str(refusal.detail)]
    return " ".join(part if part[-1] in _ENDS else f"{part}." for part in [*named, *wrong] if part)
