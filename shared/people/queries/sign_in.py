"""What a page about signing in needs to know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.people.rules.sign_in import is_open
from shared.schema.people.credentials import SignInLink, StaffInvitation
from shared.schema.people.persons import Person


@dataclass(frozen=True)
class OpenLink:
    """A link that still leads in; ``from_here`` says whether the same browser asked for it."""

    from_here: bool


def link_as_seen_by(session: Session, *, link_id: UUID | None, browser_hash: str, now: datetime) -> OpenLink | None:
    """Return the link when it still leads in, else None."""
    link = session.get(SignInLink, link_id) if link_id else None
    if link is None or link.person_id is None or not is_open(used_at=link.used_at, expires_at=link.expires_at, now=now):
        return None
    return OpenLink(from_here=bool(browser_hash) and link.browser_hash == browser_hash)


@dataclass(frozen=True)
class OpenInvitation:
    """An invitation that may still be taken up, and whose it is."""

    name: str
    email: str


def open_invitation(session: Session, *, invitation_id: UUID | None, now: datetime) -> OpenInvitation | None:
    """Return the invitation when it may still be taken up, else None."""
    if invitation_id is None:
        return None
    row = session.execute(
        select(Person.name, Person.email)
        .join(StaffInvitation, StaffInvitation.person_id == Person.id)
        .where(StaffInvitation.id == invitation_id, StaffInvitation.used_at.is_(None), StaffInvitation.expires_at > now)
    ).first()
    return OpenInvitation(name=row.name, email=row.email) if row else None
