"""Whether a link or a button leads somewhere for the one who looks at it: asked of the route it leads to."""

from __future__ import annotations

from flask import current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from shared.web.door.identity import signed_in
from shared.web.door.policy import EDITION, policy_of


def may(path: str, method: str = "GET") -> bool:
    """Say whether this person's roles open ``path`` of this service by ``method``, as its route declares.

    Where the route finds out by itself whose thing it is (``of=``, ``chosen=``), holding the role anywhere counts here.
    """
    adapter = current_app.create_url_adapter(request)
    try:
        endpoint, arguments = adapter.match(path, method=method) if adapter else ("", {})
    except (HTTPException, RequestRedirect):
        return False
    policy, person = policy_of(current_app.view_functions.get(endpoint)), signed_in()
    if policy is None or policy.kind != "staff":
        return policy is not None and policy.kind != "token"
    if person is None:
        return False
    if EDITION in arguments:
        return person.holds_in(str(arguments[EDITION]), *policy.roles)
    return person.holds(*policy.roles, everywhere=policy.everywhere)
