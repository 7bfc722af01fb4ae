from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import Select, and_, exists, func, select
from sqlalchemy.orm import Session, aliased

from services.registration.rules.applications import DECIDABLE
from services.registration.rules.decisions import Outcome
from shared.schema.people.published import Addressable
from shared.schema.registration import Application, Decision, DecisionBatch, Offer


@dataclass(frozen=True)
class Considered:
    """What a proposal has to know of one application."""

    application_id: UUID
    edition_id: UUID
    name: str
    state: str
    proposed_id: UUID | None
    proposed: str | None
    released: str | None
    has_live_offer: bool


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
            Application.name,
            Application.state,
            proposed.id,
            proposed.outcome,
            released.outcome,
            live,
        )
        .outerjoin(proposed, and_(proposed.application_id == Application.id, proposed.state == "proposed"))
        .outerjoin(released, and_(released.application_id == Application.id, released.state == "released"))
        .where(Application.edition_id == edition_id, Application.id.in_(application_ids))
        .order_by(Application.id)
    )
    if lock:
        statement = statement.with_for_update(of=Application)
    return [Considered(*row) for row in session.execute(statement)]


def _proposals(edition_id: UUID) -> Select[*tuple[Any, ...]]:
    proposer = aliased(Addressable)
    return (
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
        .where(Decision.edition_id == edition_id, Decision.state == "proposed", Application.state.in_(DECIDABLE))
        .order_by(Decision.id)
    )


def proposals(session: Session, *, edition_id: UUID) -> list[Proposal]:
    """Return everything proposed and not released, oldest first."""
    return [Proposal(*row) for row in session.execute(_proposals(edition_id))]


def locked_proposals(session: Session, *, edition_id: UUID) -> list[Proposal]:
    """Return everything proposed and hold applications and decisions until the transaction ends.

    Applications first and by their ids, as whoever proposes or withdraws holds them: two who meet wait one for the
    other, never each for the other.
    """
    session.execute(
        select(Application.id)
        .join(Decision, Decision.application_id == Application.id)
        .where(Decision.edition_id == edition_id, Decision.state == "proposed")
        .order_by(Application.id)
        .with_for_update(of=Application)
    )
    statement = _proposals(edition_id).with_for_update(of=Decision)
    return [Proposal(*row) for row in session.execute(statement)]


def proposal_of(session: Session, *, application_id: UUID) -> UUID | None:
    """Return the decision that is proposed for an application, if one is."""
    return session.execute(
        select(Decision.id).where(Decision.application_id == application_id, Decision.state == "proposed")
    ).scalar()


class ReleasedOne(NamedTuple):
    """A decision of a batch that was released, and the language it was told in."""

    decision_id: UUID
    outcome: Outcome
    locale: str


def last_release(session: Session, *, edition_id: UUID, by: UUID) -> list[ReleasedOne]:
    """Return the decisions of the edition's last release, in the order of proposals; none if it was somebody else's."""
    newest = session.execute(
        select(DecisionBatch.id, DecisionBatch.released_by)
        .where(DecisionBatch.edition_id == edition_id)
        .order_by(DecisionBatch.released_at.desc())
        .limit(1)
    ).first()
    if newest is None or newest.released_by != by:
        return []
    rows = session.execute(
        select(Decision.id, Decision.outcome, Addressable.locale)
        .join(Application, Application.id == Decision.application_id)
        .join(Addressable, Addressable.id == Application.person_id)
        .where(Decision.batch_id == newest.id)
        .order_by(Decision.id)
    )
    return [ReleasedOne(decision_id, cast("Outcome", outcome), locale) for decision_id, outcome, locale in rows]


class PastRelease(NamedTuple):
    """When a batch was released, by whom (empty: gone), and how many decisions of each outcome."""

    released_at: datetime
    who: str
    counts: dict[str, int]


def batches(session: Session, *, edition_id: UUID) -> list[PastRelease]:
    """Return each release of an edition, newest first."""
    rows = session.execute(
        select(
            DecisionBatch.id,
            DecisionBatch.released_at,
            func.coalesce(Addressable.name, ""),
            Decision.outcome,
            func.count(),
        )
        .join(Decision, Decision.batch_id == DecisionBatch.id)
        .outerjoin(Addressable, Addressable.id == DecisionBatch.released_by)
        .where(DecisionBatch.edition_id == edition_id)
        .group_by(DecisionBatch.id, DecisionBatch.released_at, Addressable.name, Decision.outcome)
        .order_by(DecisionBatch.released_at.desc(), DecisionBatch.id)
    )
    found: dict[UUID, PastRelease] = {}
    for batch_id, released_at, who, outcome, count in rows:
        found.setdefault(batch_id, PastRelease(released_at, who, {})).counts[outcome] = count
    return list(found.values())
