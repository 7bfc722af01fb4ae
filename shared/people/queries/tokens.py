"""A person's tokens for the API."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.schema.people.credentials import ApiToken


def live_tokens(session: Session, *, person_id: UUID, now: datetime) -> list[ApiToken]:
    """Return the person's tokens that still work, the newest first."""
    return list(
        session.scalars(
            select(ApiToken)
            .where(ApiToken.person_id == person_id, ApiToken.revoked_at.is_(None), ApiToken.expires_at > now)
            .order_by(ApiToken.id.desc())
        )
    )
