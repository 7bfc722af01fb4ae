"""Who is asking the API: a token in the Authorization header, of which the database keeps only the hash."""

from __future__ import annotations

from typing import Final

from flask import g, request
from sqlalchemy import text

from shared.clock import now
from shared.errors import Forbidden
from shared.secrets import hash_of
from shared.web.problems import Unauthenticated
from shared.web.tools import tools

_WHOSE: Final = text(
    "SELECT id, person_id, scopes FROM people.api_token"
    " WHERE token_hash = :hash AND revoked_at IS NULL AND expires_at > :now"
)


def require_scope(scope: str) -> None:
    """Let the request pass when it bears a live token with ``scope`` (RFC 6750)."""
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not secret:
        raise Unauthenticated
    with tools().database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        row = connection.execute(_WHOSE, {"hash": hash_of(secret.strip()), "now": now()}).first()
    if row is None:
        raise Unauthenticated
    if scope not in row.scopes:
        raise Forbidden
    g.bearer_id = row.person_id
    g.api_token_id = row.id
