"""Who may open what: every view says so itself, and an application with a silent view does not start."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, TypeVar

from flask import Flask

View = TypeVar("View", bound=Callable[..., object])

ROLES: Final = frozenset(
    {"organiser", "reviewer", "finance", "librarian", "writer", "approver", "door", "viewer"},
)


@dataclass(frozen=True)
class Policy:
    """What a view asks of the one who opens it."""

    kind: Literal["public", "participant", "staff", "token", "internal"]
    roles: frozenset[str] = frozenset()
    scope: str = ""


PUBLIC: Final = Policy("public")
_POLICY: Final = "__policy__"
_EXEMPTION: Final = "__csrf_exempt__"


class PolicyMissing(Exception):  # noqa: N818 - stops the start, is never shown to a person
    """A view was registered without exactly one declared policy."""


def declare(view: View, policy: Policy) -> View:
    """Attach ``policy`` to ``view``; a second one is a mistake and raises :class:`PolicyMissing`."""
    if getattr(view, _POLICY, None) is not None:
        message = f"{getattr(view, '__name__', view)} declares two policies"
        raise PolicyMissing(message)
    setattr(view, _POLICY, policy)
    return view


def public(view: View) -> View:
    """Anyone may open this view."""
    return declare(view, PUBLIC)


def participant(view: View) -> View:
    """Any signed-in person may open this view; whose things it shows is the view's own care."""
    return declare(view, Policy("participant"))


def staff(*roles: str) -> Callable[[View], View]:
    """Staff who hold one of ``roles`` may open this view.

    A route with the argument ``edition_slug`` asks for the role in that edition or in all; a route without it asks
    for the role in any edition, and the view checks the edition of what it shows (``identity.require_role``).
    """
    unknown = set(roles) - ROLES
    if unknown or not roles:
        message = f"not a role: {', '.join(sorted(unknown)) or 'none named'}"
        raise PolicyMissing(message)
    return lambda view: declare(view, Policy("staff", roles=frozenset(roles)))


def token(scope: str) -> Callable[[View], View]:
    """Bearers of an API token with ``scope`` may open this view; cookies are not looked at, so CSRF cannot happen."""
    return lambda view: declare(view, Policy("token", scope=scope))


def internal(view: View) -> View:
    """Only a direct caller on a loopback or private address may open this view; a proxied one finds nothing."""
    return declare(view, Policy("internal"))


def csrf_exempt(reason: str) -> Callable[[View], View]:
    """Let a mutating view be called without our form's token, for the ``reason`` given (RFC 8058, for one)."""

    def exempt(view: View) -> View:
        setattr(view, _EXEMPTION, reason)
        return view

    return exempt


def policy_of(view: object) -> Policy | None:
    """Return the policy ``view`` declared, or None."""
    found = getattr(view, _POLICY, None)
    return found if isinstance(found, Policy) else None


def csrf_exemption_of(view: object) -> str:
    """Return the reason why ``view`` needs no form token, or an empty string when it does."""
    return str(getattr(view, _EXEMPTION, ""))


def policies_of(app: Flask) -> dict[str, Policy]:
    """Return each endpoint's policy; raise :class:`PolicyMissing` naming every view that declared none."""
    policies = {endpoint: policy_of(view) for endpoint, view in app.view_functions.items()}
    silent = sorted(endpoint for endpoint, policy in policies.items() if policy is None)
    if silent:
        message = f"no policy declared by: {', '.join(silent)}"
        raise PolicyMissing(message)
    return {endpoint: policy for endpoint, policy in policies.items() if policy is not None}
