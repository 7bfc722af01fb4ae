"""What opened a door once and never will again is let go: spent links, ended sessions, tokens that are over."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import or_
from sqlalchemy.orm import Session

from shared.retention import delete_some
from shared.schema.people.credentials import ApiToken, RecoveryCode, SessionRow, SignInLink, StaffInvitation

SPENT_LASTS: Final = timedelta(days=30)
"""Until then whoever follows an old link is told that it is used or over, and not that it never was."""
TOKEN_LASTS: Final = timedelta(days=90)
"""Whoever looks into why a program stopped working finds by its name the token that ended."""


def prune_sign_in_links(session: Session, *, now: datetime, limit: int) -> int:
    """Delete at most ``limit`` links that stopped working long ago, used or not; return how many."""
    return delete_some(session, SignInLink, SignInLink.expires_at < now - SPENT_LASTS, limit=limit)


def prune_invitations(session: Session, *, now: datetime, limit: int) -> int:
    """Delete at most ``limit`` invitations of staff that stopped working long ago; return how many."""
    return delete_some(session, StaffInvitation, StaffInvitation.expires_at < now - SPENT_LASTS, limit=limit)


def prune_recovery_codes(session: Session, *, now: datetime, limit: int) -> int:
    """Delete at most ``limit`` codes that were used long ago; those not used are kept. Return how many."""
    return delete_some(session, RecoveryCode, RecoveryCode.used_at < now - SPENT_LASTS, limit=limit)


def prune_sessions(session: Session, *, now: datetime, limit: int) -> int:
    """Delete at most ``limit`` sessions that ended long ago, by their time or by somebody's wish; return how many."""
    ended = or_(SessionRow.expires_at < now - SPENT_LASTS, SessionRow.revoked_at < now - SPENT_LASTS)
    return delete_some(session, SessionRow, ended, limit=limit)


def prune_api_tokens(session: Session, *, now: datetime, limit: int) -> int:
    """Delete at most ``limit`` tokens that ended long ago; return how many."""
    ended = or_(ApiToken.expires_at < now - TOKEN_LASTS, ApiToken.revoked_at < now - TOKEN_LASTS)
    return delete_some(session, ApiToken, ended, limit=limit)
