"""Where a role must be held: asked once, at the door, of what the route declares.

One rule for what belongs to somebody else: whoever holds the role nowhere is refused (403), and whoever holds it
elsewhere is told that there is no such thing (404), whether it is another edition's or nobody's. So no answer tells
that an edition, a draft or a person exists. See ``docs/decisions/authority.md``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from flask import request
from sqlalchemy.orm import Session

from shared.errors import Forbidden, NotFound
from shared.web.door.policy import EDITION, EditionFinder, Policy, arguments_of
from shared.web.door.tools import tools

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from typing import Any

    from shared.web.door.identity import SignedIn


def require_authority(
    person: SignedIn, policy: Policy, roles: Collection[str], *, lacking: type[Forbidden] = Forbidden
) -> None:
    """Let ``person`` do what the request asks for, or refuse with ``lacking`` or NotFound.

    Who holds one of ``roles`` in all editions costs no look-up: what is not there, the view itself finds out.
    """
    if not person.holds(*roles):
        raise lacking
    if policy.anywhere or person.holds(*roles, everywhere=True):
        return
    if policy.everywhere:
        raise lacking
    arguments = request.view_args or {}
    if EDITION in arguments and not person.holds_in(arguments[EDITION], *roles):
        raise NotFound
    if policy.of:
        _require_owner(person, policy.of, roles, arguments)
    if policy.chosen and not _may_choose(person, policy.chosen, roles):
        raise lacking


def _require_owner(
    person: SignedIn, finders: Collection[EditionFinder], roles: Collection[str], arguments: Mapping[str, Any]
) -> None:
    # Like the look-up of the person: single statements outside of a transaction, a round trip each.
    with (
        tools().database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
        Session(connection) as session,
    ):
        for finder in finders:
            editions = finder(session, **{name: arguments[name] for name in arguments_of(finder)})
            if not any(person.holds(*roles, edition_id=edition) for edition in editions or ()):
                raise NotFound


def _may_choose(person: SignedIn, field: str, roles: Collection[str]) -> bool:
    """Say whether the form names an edition, and only such in which the person holds a role."""
    chosen = request.form.getlist(field)
    return bool(chosen) and all(_holds_in(person, roles, value) for value in chosen)


def _holds_in(person: SignedIn, roles: Collection[str], value: str) -> bool:
    try:
        edition_id = UUID(value)
    except ValueError:
        return False
    return person.holds(*roles, edition_id=edition_id)
