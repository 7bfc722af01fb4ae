"""What came back, whom our mail did not reach, and which addresses are left out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from shared.schema.alphabet import folded_in_sql
from shared.schema.notifications.deliveries import Delivery
from shared.schema.notifications.returns import ReturnedMail, Unreached
from shared.schema.notifications.topics import Suppression
from shared.schema.people.published import Addressable
from shared.schema.registration.published import PersonStanding
from shared.words.folding import folded

_STILL: Final = or_(Suppression.expires_at.is_(None), Suppression.expires_at > func.now())
"""An address is left out until its time is over."""


@dataclass(frozen=True)
class Task:
    """Somebody to be told in another way."""

    id: UUID
    delivery_id: UUID
    person_id: UUID
    name: str
    address: str
    kind: str
    why: str
    state: str
    opened_at: datetime
    reached_at: datetime | None


def tasks_of(session: Session, *, edition_id: UUID, state: str = "open", limit: int = 500) -> Sequence[Task]:
    """Return whom a mail that matters of this edition did not reach, the longest waiting first."""
    of_mail = {"name": Delivery.addressee, "address": Delivery.address}
    columns: list[Any] = [of_mail.get(field.name) or getattr(Unreached, field.name) for field in fields(Task)]
    rows = session.execute(
        select(*columns)
        .join(Delivery, Delivery.id == Unreached.delivery_id)
        .where(Unreached.edition_id == edition_id, Unreached.state == state)
        .order_by(Unreached.opened_at, Unreached.id)
        .limit(limit)
    )
    return [Task(*row) for row in rows]


@dataclass(frozen=True)
class AtRisk:
    """Somebody with a place or an offer whom the next mail may not reach."""

    person_id: UUID
    name: str
    address: str
    left_out: str | None
    """Why campaigns leave the address out, in one word; empty when the last mail alone did not arrive."""
    last_state: str | None


def at_risk(session: Session, *, edition_id: UUID, limit: int = 500) -> Sequence[AtRisk]:
    """Return who has a place or an offer and an address that is left out, or did not get the last mail; by name."""
    last = (
        select(Delivery.state)
        .where(Delivery.person_id == Addressable.id, Delivery.state.in_(("sent", "failed", "bounced", "complained")))
        .order_by(Delivery.created_at.desc())
        .limit(1)
        .correlate(Addressable)
        .scalar_subquery()
    )
    left_out = and_(Suppression.address == func.lower(Addressable.email), Suppression.reason != "asked", _STILL)
    rows = session.execute(
        select(Addressable.id, Addressable.name, Addressable.email, Suppression.reason, last)
        .join(PersonStanding, PersonStanding.person_id == Addressable.id)
        .outerjoin(Suppression, left_out)
        .where(PersonStanding.edition_id == edition_id, or_(PersonStanding.accepted, PersonStanding.offered))
        .where(or_(Suppression.id.is_not(None), last.in_(("failed", "bounced"))))
        .order_by(Addressable.name, Addressable.id)
        .limit(limit)
    )
    return [AtRisk(*row) for row in rows]


@dataclass(frozen=True)
class ReturnedRow:
    """One line of what came back."""

    id: UUID
    delivery_id: UUID
    kind: str
    lasting: bool
    status: str
    said: str
    received_at: datetime
    name: str
    address: str
    about: str
    """The kind of the mail that it came back of."""


def returns_of(
    session: Session,
    *,
    edition_id: UUID,
    kinds: Collection[str] = (),
    search: str = "",
    after: UUID | None = None,
    limit: int,
    offset: int = 0,
) -> Sequence[ReturnedRow]:
    """Return a page of what came back of an edition's mail, newest first; with ``after`` by id, for the API."""
    mine = [field.name for field in fields(ReturnedRow)[:7]]
    wanted = _narrowed(
        select(*(getattr(ReturnedMail, name) for name in mine), Delivery.addressee, Delivery.address, Delivery.kind),
        edition_id,
        kinds,
        search,
    )
    if after is not None:
        wanted = wanted.where(ReturnedMail.id > after).order_by(ReturnedMail.id)
    else:
        wanted = wanted.order_by(ReturnedMail.received_at.desc(), ReturnedMail.id).offset(offset)
    return [ReturnedRow(*row) for row in session.execute(wanted.limit(limit))]


def count_returns(session: Session, *, edition_id: UUID, kinds: Collection[str] = (), search: str = "") -> int:
    """Count what :func:`returns_of` would return on all its pages."""
    return int(session.execute(_narrowed(select(func.count()), edition_id, kinds, search)).scalar_one())


def _narrowed(wanted: Select[Any], edition_id: UUID, kinds: Collection[str], search: str) -> Select[Any]:
    wanted = wanted.select_from(ReturnedMail).join(Delivery, Delivery.id == ReturnedMail.delivery_id)
    wanted = wanted.where(ReturnedMail.edition_id == edition_id, ReturnedMail.settled_at.is_not(None))
    if kinds:
        wanted = wanted.where(ReturnedMail.kind.in_(kinds))
    if search:
        place = folded_in_sql(Delivery.addressee + " " + Delivery.address)
        wanted = wanted.where(place.contains(folded(search), autoescape=True))
    return wanted


def returns_of_delivery(session: Session, *, delivery_id: UUID) -> Sequence[ReturnedMail]:
    """Return what came back of one mail, newest first."""
    return (
        session.execute(
            select(ReturnedMail)
            .where(ReturnedMail.delivery_id == delivery_id, ReturnedMail.settled_at.is_not(None))
            .order_by(ReturnedMail.received_at.desc())
        )
        .scalars()
        .all()
    )


@dataclass(frozen=True)
class LeftOut:
    """An address that mail does not go to."""

    id: UUID
    address: str
    covers: str
    reason: str
    note: str
    created_at: datetime
    expires_at: datetime | None


def left_out(
    session: Session,
    *,
    reasons: Collection[str] = (),
    search: str = "",
    after: UUID | None = None,
    limit: int,
    offset: int = 0,
) -> Sequence[LeftOut]:
    """Return a page of the addresses left out at this moment, newest first; with ``after`` by id, for the API."""
    wanted = _in_force(select(*(getattr(Suppression, field.name) for field in fields(LeftOut))), reasons, search)
    if after is not None:
        wanted = wanted.where(Suppression.id > after).order_by(Suppression.id)
    else:
        wanted = wanted.order_by(Suppression.created_at.desc(), Suppression.id).offset(offset)
    return [LeftOut(*row) for row in session.execute(wanted.limit(limit))]


def count_left_out(session: Session, *, reasons: Collection[str] = (), search: str = "") -> int:
    """Count what :func:`left_out` would return on all its pages."""
    return int(session.execute(_in_force(select(func.count()), reasons, search)).scalar_one())


def _in_force(wanted: Select[Any], reasons: Collection[str], search: str) -> Select[Any]:
    wanted = wanted.select_from(Suppression).where(_STILL)
    if reasons:
        wanted = wanted.where(Suppression.reason.in_(reasons))
    if search:
        wanted = wanted.where(Suppression.address.contains(search.strip().lower(), autoescape=True))
    return wanted
