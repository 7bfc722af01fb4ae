"""Who is asking the API: a token in the Authorization header, of which the database keeps only the hash."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from flask import g, request
from sqlalchemy import text

from shared.clock import now
from shared.errors import Forbidden
from shared.secrets import hash_of
from shared.web.api.problems import Unauthenticated
from shared.web.door.authority import require_authority
from shared.web.door.identity import SignedIn, read_roles
from shared.web.door.policy import Policy
from shared.web.door.quotas import count_caller, count_token
from shared.web.door.scopes import SCOPES
from shared.web.door.tools import tools
from shared.words.sentences import _l

_USED_AFTER: Final = timedelta(hours=1)

_WHOSE: Final = text(
    """
SELECT t.id, t.person_id, t.scopes, t.used_at, coalesce(nullif(p.called, ''), p.name) AS name, p.locale, p.time_zone,
       (SELECT json_agg(json_build_array(r.name, r.edition_id,
               (SELECT e.slug FROM registration.editions e WHERE e.id = r.edition_id)))
          FROM people.held_role r WHERE r.person_id = t.person_id) AS roles
  FROM people.usable_token t JOIN people.addressable p ON p.id = t.person_id
 WHERE t.token_hash = :hash AND t.expires_at > :now
"""
)
_USED: Final = text("SELECT people.note_token_use(:id)")


class ScopeMissing(Forbidden):
    """The token is good, but not for this; or its owner lost the role that it stood on."""

    title = _l("This token may not do this")


def require_bearer(policy: Policy) -> None:
    """Let the request pass when it bears a live token with the policy's scope (RFC 6750).

    Its owner must still hold a role of the scope where the policy asks for it.
    From then on the owner is the current person, with the roles of now.
    """
    count_caller()
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not secret:
        raise Unauthenticated
    moment = now()
    with tools().database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        row = connection.execute(_WHOSE, {"hash": hash_of(secret.strip()), "now": moment}).first()
    if row is None:
        raise Unauthenticated
    count_token(row.id)
    person = SignedIn(
        person_id=row.person_id,
        name=row.name,
        locale=row.locale,
        time_zone=row.time_zone,
        means="token",
        roles=read_roles(row.roles),
        session_hash="",
        seen_at=moment,
    )
    if policy.scope not in row.scopes:
        raise ScopeMissing
    require_authority(person, policy, SCOPES[policy.scope].roles, lacking=ScopeMissing)
    g.signed_in = person
    g.api_token_id = row.id
    g.api_scopes = tuple(row.scopes)
    if row.used_at is None or moment - row.used_at > _USED_AFTER:
        with tools().database.transaction() as session:
            session.execute(_USED, {"id": row.id})
