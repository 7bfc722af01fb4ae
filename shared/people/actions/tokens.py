"""Tokens for the API: made by staff for themselves, shown once, ended at will."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from shared.history import Deed, begin, move
from shared.people.rules.histories import TOKEN
from shared.schema.people.credentials import ApiToken
from shared.secrets import hash_of, new_secret

PREFIX = "academy_"
"""Begins every token, so that scanners for leaked secrets know it."""


def make_api_token(session: Session, *, name: str, scopes: Sequence[str], lasts: timedelta, deed: Deed) -> str:
    """Make a token of the doer's and return it; only its hash is kept, so this is the one time it can be read."""
    secret = PREFIX + new_secret()
    row = {
        "person_id": deed.doer,
        "name": name,
        "token_hash": hash_of(secret),
        "scopes": sorted(scopes),
        "created_at": deed.at,
        "expires_at": deed.at + lasts,
    }
    begin(session, TOKEN, "made", deed, [row])
    return secret


def revoke_api_token(session: Session, *, token_id: UUID, deed: Deed) -> None:
    """End one of the doer's own tokens at once; somebody else's stays untouched."""
    _end(session, _live(deed.doer).where(ApiToken.id == token_id), deed)


def end_tokens_of(session: Session, *, person_id: UUID, deed: Deed) -> None:
    """End all tokens of the person at once."""
    _end(session, _live(person_id), deed)


def _live(person_id: UUID) -> Select[UUID]:
    return select(ApiToken.id).where(ApiToken.person_id == person_id, ApiToken.revoked_at.is_(None))


def _end(session: Session, tokens: Select[UUID], deed: Deed) -> None:
    held = session.scalars(tokens.order_by(ApiToken.id).with_for_update()).all()
    move(session, TOKEN, held, "revoked", deed)
