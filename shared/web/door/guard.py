"""The door: what is checked before any view runs, in this order: host, policy, form token."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode, urlsplit

from flask import Flask, Response, redirect, request
from sqlalchemy import text
from werkzeug.exceptions import RequestEntityTooLarge

from shared.clock import now
from shared.errors import NotFound
from shared.web.api.problems import BadRequest, ForeignHost
from shared.web.door.access import ROUTE
from shared.web.door.authority import require_authority
from shared.web.door.bearers import require_bearer
from shared.web.door.coming_back import fill_from_before, in_other_language, to_sign_in
from shared.web.door.csrf import require_own_form
from shared.web.door.identity import SignedIn, signed_in
from shared.web.door.kept import drop_typed
from shared.web.door.lifetimes import SEEN_AFTER
from shared.web.door.policy import Policy, csrf_exemption_of
from shared.web.door.redirects import own_path
from shared.web.door.shown_again import page_from_before, show_again
from shared.web.door.tools import Tools, tools

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

ANNOUNCED: Final = "HTTP_X_BODY_ANNOUNCED"
"""Set by the gateway alone, which asks whether a body may be sent; it holds the length, or "unknown"."""
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
LARGEST: Final = {"public": 128 * 1024, "participant": 128 * 1024}
"""Bytes that a form of people outside may have: the longest, in letters of three bytes, percent-encoded, has 60 kB."""
_SEEN: Final = text("UPDATE people.session SET seen_at = :now WHERE token_hash = :hash AND revoked_at IS NULL")


def use_guard(app: Flask, equipment: Tools) -> None:
    """Let every request to ``app`` pass the door first."""
    host = urlsplit(equipment.settings.public_url).netloc
    exempt = {endpoint for endpoint, view in app.view_functions.items() if csrf_exemption_of(view)}
    policies = equipment.policies

    @app.before_request
    def check() -> AnyResponse | None:
        if request.url_rule is not None:
            request.environ[ROUTE] = request.url_rule.rule
        policy = policies.get(request.endpoint or "")
        if policy is not None and policy.kind == "internal":
            require_direct_caller()
            return None
        require_own_address(host)
        if policy is None:
            return None  # no such page; the router's refusal follows
        # A body is read only once its sender may be here: an upload costs nothing to refuse.
        if policy.kind == "token":
            require_bearer(policy)
        elif policy.kind != "public" and (elsewhere := admit(policy)) is not None:
            return elsewhere
        if request.method in SAFE:
            return page_from_before() or fill_from_before()
        request.max_content_length = LARGEST.get(policy.kind, app.config["MAX_CONTENT_LENGTH"])
        if ANNOUNCED in request.environ:
            return admit_body(request.environ[ANNOUNCED], most=request.max_content_length)
        is_form = policy.kind != "token" and request.endpoint not in exempt
        page = check_form(equipment) if is_form else None
        require_body_without_nul()
        return page


def check_form(equipment: Tools) -> AnyResponse | None:
    """Let a form of ours through, or answer it when it only asks to be shown in another language."""
    require_own_form(equipment.settings)
    if (page := in_other_language()) is not None:
        show_again()
        return page
    drop_typed()
    return None


def admit_body(announced: str, *, most: int) -> AnyResponse:
    """Tell the gateway that it may take a body of so many bytes; refuse one that is larger than ``most``.

    The gateway asks with everything but the body, which it then spools: a caller who may not send it, or too much of
    it, costs no disk. Of a body of unknown length the gateway has a limit of its own.
    """
    if announced.isdecimal() and int(announced) > most:
        raise RequestEntityTooLarge
    return Response(status=204)


def require_own_address(host: str) -> None:
    """Refuse a request that was meant for another host, or pretends to have been; and a NUL in its address."""
    if "\0" in request.environ["PATH_INFO"] or b"%00" in request.query_string:
        raise BadRequest
    environ = request.environ
    if environ.get("HTTP_HOST") != host or environ.get("HTTP_X_FORWARDED_HOST", host) != host:
        raise ForeignHost


def require_body_without_nul() -> None:
    """Refuse a NUL in a document: no program means it, and PostgreSQL keeps no text that has one.

    From a form it is dropped (:class:`Submitted`): who pasted it along did not see it.
    """
    sent = request.get_data() if request.is_json else b""
    if b"\0" in sent or b"\\u0000" in sent:  # UTF-16 and UTF-32, which JSON is not sent in, are full of it
        raise BadRequest


def require_direct_caller() -> None:
    """Find nothing unless the caller's socket is on a loopback or private address and nobody forwarded the request."""
    original = request.environ.get("werkzeug.proxy_fix.orig", {})
    peer = original.get("REMOTE_ADDR") or request.environ.get("REMOTE_ADDR") or ""
    if "HTTP_X_FORWARDED_FOR" in request.environ or "HTTP_FORWARDED" in request.environ or not _is_near(peer):
        raise NotFound


def admit(policy: Policy) -> AnyResponse | None:
    """Let the signed-in person in, refuse, or lead to the page where people of this policy sign in."""
    person = signed_in()
    if person is None or (policy.kind == "staff" and person.means != "staff"):
        return to_sign_in(policy)
    if policy.kind == "staff":
        require_authority(person, policy, policy.roles)
    return _keep_alive(person)


def _keep_alive(person: SignedIn) -> AnyResponse | None:
    """Let it be written, now and then, that the session is in use; registration alone may write it.

    From a page of another service the browser is led by way of registration, at most once in the time between two
    sightings, and only where a person opens a page: never a form, a download tool or a script.
    """
    moment = now()
    if person.means == "token" or moment - person.seen_at < SEEN_AFTER[person.means]:
        return None
    equipment = tools()
    if equipment.service == "registration":
        with equipment.database.transaction() as session:
            session.execute(_SEEN, {"now": moment, "hash": person.session_hash})
    elif request.method == "GET" and request.headers.get("Sec-Fetch-Mode") == "navigate":
        return redirect("/session/seen?" + urlencode({"next": own_path(request.full_path.rstrip("?"))}), code=303)
    return None


def _is_near(peer: str) -> bool:
    try:
        address = ip_address(peer)
    except ValueError:
        return peer == ""  # a unix socket has no address
    return address.is_loopback or address.is_private
