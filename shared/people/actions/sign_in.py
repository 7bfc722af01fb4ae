"""Participants sign in by a mailed link: asked for by anyone, good once, for ten minutes."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from shared.facts.people import SignInLinkRequested, StrangerAskedForLink
from shared.links import SIGN_IN
from shared.outbox import record
from shared.people.errors import LinkSpent
from shared.people.rules.emails import normal_email
from shared.schema.base import new_id
from shared.schema.people.credentials import SignInLink
from shared.schema.people.persons import Person


def request_sign_in_link(session: Session, *, email: str, browser_hash: str, now: datetime) -> UUID:
    """Make a link for whoever has the address and have it mailed; return its id.

    When nobody has the address, the same rows are written for nobody, so that neither the answer nor its time tells.
    """
    person_id = session.scalar(select(Person.id).where(func.lower(Person.email) == normal_email(email)))
    link = SignInLink(id=new_id(), person_id=person_id, browser_hash=browser_hash, expires_at=now + SIGN_IN.lasts)
    session.add(link)
    if person_id is None:
        record(session, StrangerAskedForLink(link_id=link.id))
    else:
        record(session, SignInLinkRequested(person_id=person_id, link_id=link.id))
    return link.id


def redeem_sign_in_link(session: Session, *, link_id: UUID, now: datetime) -> UUID:
    """Use the link up and return the person it lets in; of any number of callers one succeeds.

    Refuses with :class:`LinkSpent` when it was used, is too old, or was for nobody.
    """
    person_id: UUID | None = session.scalar(
        update(SignInLink)
        .where(
            SignInLink.id == link_id,
            SignInLink.used_at.is_(None),
            SignInLink.expires_at > now,
            SignInLink.person_id.is_not(None),
        )
        .values(used_at=now)
        .returning(SignInLink.person_id)
    )
    if person_id is None:
        raise LinkSpent
    return person_id
