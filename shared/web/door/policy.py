"""Who may open what, and whose thing it is: every view says so itself, or the application does not start."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from inspect import signature
from typing import Final, Literal, TypeVar
from uuid import UUID

from flask import Flask
from werkzeug.routing import Rule

View = TypeVar("View", bound=Callable[..., object])

ROLES: Final = frozenset(
    {"organiser", "reviewer", "finance", "librarian", "writer", "approver", "door", "viewer"},
)


EDITION: Final = "edition_slug"
"""The argument of a path that names an edition by its address."""

EditionFinder = Callable[..., Collection[UUID] | None]
"""Tells the editions a thing belongs to: none of them for what belongs to no edition, None for what is not there.

It takes the session, and those arguments of the path that it names.
"""


@dataclass(frozen=True)
class Policy:
    """What a view asks of the one who opens it, and where a role must be held.

    ``of`` finds whose thing the path names; ``chosen`` is the field of the form that names the edition; with
    ``anywhere`` a role in any edition suffices, with ``everywhere`` only one in all of them. See :func:`staff`.
    """

    kind: Literal["public", "participant", "staff", "token", "internal"]
    roles: frozenset[str] = frozenset()
    scope: str = ""
    of: tuple[EditionFinder, ...] = ()
    chosen: str = ""
    anywhere: bool = False
    everywhere: bool = False

    def fault(self, rule: Rule) -> str:
        """Return what ``rule`` leaves open about whose thing it is, in a sentence; an empty string when nothing."""
        if self.kind not in {"staff", "token"}:
            return ""
        named = EDITION in rule.arguments
        if not (named or self.of or self.chosen or self.anywhere or self.everywhere):
            return (
                f"{rule.rule} does not say whose thing it is: name the edition in its path as <{EDITION}>, "
                "or declare of=, chosen=, anywhere=True or everywhere=True"
            )
        if self.anywhere + self.everywhere + bool(named or self.of or self.chosen) > 1:
            return f"{rule.rule} says two things about whose thing it is"
        asked = {name for finder in self.of for name in arguments_of(finder)}
        if missing := asked - rule.arguments:
            return f"{rule.rule} has no <{'>, <'.join(sorted(missing))}>, which its of= asks for"
        ids = rule.arguments - asked
        if ids and not (named or self.anywhere or self.everywhere):
            return f"{rule.rule} declares no of= that tells whose thing <{'>, <'.join(sorted(ids))}> is"
        return ""


PUBLIC: Final = Policy("public")
_POLICY: Final = "__policy__"
_EXEMPTION: Final = "__csrf_exempt__"
_LARGEST: Final = "__largest_body__"


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


def staff_policy(
    *roles: str,
    of: EditionFinder | Iterable[EditionFinder] = (),
    chosen: str = "",
    anywhere: bool = False,
    everywhere: bool = False,
) -> Policy:
    """Return the policy that :func:`staff` declares."""
    unknown = set(roles) - ROLES
    if unknown or not roles:
        message = f"not a role: {', '.join(sorted(unknown)) or 'none named'}"
        raise PolicyMissing(message)
    finders = (of,) if callable(of) else tuple(of)
    return Policy("staff", frozenset(roles), of=finders, chosen=chosen, anywhere=anywhere, everywhere=everywhere)


def staff(
    *roles: str,
    of: EditionFinder | Iterable[EditionFinder] = (),
    chosen: str = "",
    anywhere: bool = False,
    everywhere: bool = False,
) -> Callable[[View], View]:
    """Staff who hold one of ``roles`` where it counts may open this view; it checks nothing more.

    Where it counts, a route says in one of these ways, or the application does not start:

    - ``<edition_slug>`` in its path: in that edition. The view looks up what else the path names beneath the edition.
    - ``of=edition_of_release``: in one of the editions that the finder tells; with several finders, for each of them.
    - ``chosen="edition_id"``: in the edition that the form names there, none being all of them. Goes with ``of``.
    - ``anywhere=True``: in any; the view shows and changes only what is the person's own.
    - ``everywhere=True``: in all.
    """
    policy = staff_policy(*roles, of=of, chosen=chosen, anywhere=anywhere, everywhere=everywhere)
    return lambda view: declare(view, policy)


def token(
    scope: str,
    *,
    of: EditionFinder | Iterable[EditionFinder] = (),
    anywhere: bool = False,
    everywhere: bool = False,
) -> Callable[[View], View]:
    """Bearers of an API token with ``scope`` may open this view; cookies are not looked at, so CSRF cannot happen.

    Their owners must hold a role of the scope where it counts, which a route says as for :func:`staff`.
    """
    finders = (of,) if callable(of) else tuple(of)
    policy = Policy("token", scope=scope, of=finders, anywhere=anywhere, everywhere=everywhere)
    return lambda view: declare(view, policy)


def internal(view: View) -> View:
    """Only a direct caller on a loopback or private address may open this view; a proxied one finds nothing."""
    return declare(view, Policy("internal"))


def csrf_exempt(reason: str) -> Callable[[View], View]:
    """Let a mutating view be called without our form's token, for the ``reason`` given (RFC 8058, for one)."""

    def exempt(view: View) -> View:
        setattr(view, _EXEMPTION, reason)
        return view

    return exempt


def larger_body(most: int) -> Callable[[View], View]:
    """Let a view take a body of ``most`` bytes: a form with files."""

    def enlarge(view: View) -> View:
        setattr(view, _LARGEST, most)
        return view

    return enlarge


def largest_body_of(view: object) -> int | None:
    """Return the most bytes that ``view`` takes, where it says so."""
    found = getattr(view, _LARGEST, None)
    return found if isinstance(found, int) else None


def policy_of(view: object) -> Policy | None:
    """Return the policy ``view`` declared, or None."""
    found = getattr(view, _POLICY, None)
    return found if isinstance(found, Policy) else None


def csrf_exemption_of(view: object) -> str:
    """Return the reason why ``view`` needs no form token, or an empty string when it does."""
    return str(getattr(view, _EXEMPTION, ""))


def arguments_of(finder: EditionFinder) -> tuple[str, ...]:
    """Return the arguments of a path that ``finder`` asks for, its first parameter being the session."""
    return tuple(signature(finder).parameters)[1:]


def policies_of(app: Flask) -> dict[str, Policy]:
    """Return each endpoint's policy; raise :class:`PolicyMissing` naming every view that left something open."""
    policies = {endpoint: policy_of(view) for endpoint, view in app.view_functions.items()}
    silent = sorted(endpoint for endpoint, policy in policies.items() if policy is None)
    if silent:
        message = f"no policy declared by: {', '.join(silent)}"
        raise PolicyMissing(message)
    told = {endpoint: policy for endpoint, policy in policies.items() if policy is not None}
    faults = [fault for rule in app.url_map.iter_rules() if (fault := told[rule.endpoint].fault(rule))]
    if faults:
        raise PolicyMissing("; ".join(sorted(faults)))
    return told
