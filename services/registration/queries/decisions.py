from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, select
from sqlalchemy.orm import Session, aliased

from services.registration.rules.applications import DECIDABLE
from services.registration.rules.decisions import Outcome
from shared.schema.people.published import Addressable
from shared.schema.registration import Application, ApplicationLine, Decision, Offer


@dataclass(frozen=True)
class Considered:
    """What a proposal has to know of one application."""

    application_id: UUID
    edition_id: UUID
    person_id: UUID | None
    name: str
    state: str
    proposed_id: UUID | None
    proposed: str | None
    released: str | None
    has_live_offer: bool
    being_released: bool
    """What is proposed was frozen by a release that is still at work."""


@dataclass(frozen=True)
class Proposal:
    """A proposed decision as the release page shows it."""

    decision_id: UUID
    application_id: UUID
    person_id: UUID
    name: str
    country: str
    locale: str
    application_state: str
    outcome: Outcome
    note: str
    proposed_by: str
    proposed_at: datetime


def standings(session: Session, *, edition_id: UUID, application_ids: Sequence[UUID], lock: bool) -> list[Considered]:
    """Return what stands for each of these applications of this edition, in the order of their ids."""
    proposed, released = aliased(Decision), aliased(Decision)
    live = exists().where(Offer.application_id == Application.id, Offer.state.in_(("offered", "accepted")))
    statement = (
        select(
            Application.id,
            Application.edition_id,
            Application.person_id,
            Application.name,
            Application.state,
            proposed.id,
            proposed.outcome,
            released.outcome,
            live,
            proposed.batch_id.is_not(None),
        )
        .outerjoin(proposed, and_(proposed.application_id == Application.id, proposed.state == "proposed"))
        .outerjoin(released, and_(released.application_id == Application.id, released.state == "released"))
        .where(Application.edition_id == edition_id, Application.id.in_(application_ids))
        .order_by(Application.id)
    )
    if lock:
        statement = statement.with_for_update(of=Application)
    return [Considered(*columns) for columns in map(tuple, session.execute(statement))]


def proposals(session: Session, *, edition_id: UUID, limit: int, offset: int, total: int) -> list[Proposal]:
    """Return one page of what is proposed and not frozen by a release, oldest first; ``total`` are on all pages."""
    back = offset > total // 2
    if back:
        limit = max(0, min(limit, total - offset))
        offset = max(0, total - offset - limit)
    page = waiting_ids(edition_id).order_by(Decision.id.desc() if back else Decision.id).offset(offset).limit(limit)
    proposer = aliased(Addressable)
    rows = session.execute(
        select(
            Decision.id,
            Application.id,
            Addressable.id,
            Application.name,
            Application.country,
            Addressable.locale,
            Application.state,
            Decision.outcome,
            Decision.note,
            func.coalesce(proposer.name, ""),
            Decision.proposed_at,
        )
        .join(Application, Application.id == Decision.application_id)
        .join(Addressable, Addressable.id == Application.person_id)
        .outerjoin(proposer, proposer.id == Decision.proposed_by)
        .where(Decision.id.in_(list(session.execute(page).scalars())))
        .order_by(Decision.id)
    )
    return [Proposal(*columns) for columns in map(tuple, rows)]


def waiting(edition_id: UUID) -> tuple[ColumnElement[bool], ...]:
    """Return what holds of a decision that waits to be released."""
    return Decision.edition_id == edition_id, Decision.state == "proposed", Decision.batch_id.is_(None)


def releasable(edition_id: UUID) -> tuple[ColumnElement[bool], ...]:
    """Return what holds of a decision that a release begun now would make known."""
    line = exists().where(
        ApplicationLine.application_id == Decision.application_id, ApplicationLine.state.in_(DECIDABLE)
    )
    return *waiting(edition_id), line


def waiting_ids(edition_id: UUID) -> Select[UUID]:
    """Return a look-up of the decisions that a release begun now would make known."""
    return select(Decision.id).where(*releasable(edition_id))


def proposal_of(session: Session, *, application_id: UUID) -> UUID | None:
    """Return the decision that is proposed for an application, if one is."""
    return session.execute(
        select(Decision.id).where(Decision.application_id == application_id, Decision.state == "proposed")
    ).scalar()
