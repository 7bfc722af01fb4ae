from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from services.registration.actions.changes import begin, move
from services.registration.actions.offers import make_offer
from services.registration.errors import BatchChanged, BatchEmpty, NotEnoughPlaces, NotProposable
from services.registration.queries.decisions import (
    Considered,
    Proposal,
    ReleasedOne,
    last_release,
    locked_proposals,
    standings,
)
from services.registration.queries.places import TakePool, locked_pool
from services.registration.rules import applications as application_rules, decisions as rules
from shared.facts.registration import DecisionReleased
from shared.outbox import record
from shared.schema.base import new_id
from shared.schema.registration import Decision, DecisionBatch
from shared.words.sentences import _l


class NotTaken(NamedTuple):
    """An application that a bulk proposal skipped, and why."""

    standing: Considered
    why: rules.Skipped


@dataclass(frozen=True)
class Proposed:
    """What a bulk proposal did, or would do: who gets it, and who was skipped and why."""

    outcome: rules.Outcome
    taken: list[Considered] = field(default_factory=list)
    skipped: list[NotTaken] = field(default_factory=list)


def plan_proposals(
    session: Session, *, edition_id: UUID, application_ids: Sequence[UUID], outcome: rules.Outcome, lock: bool = False
) -> Proposed:
    """Say what proposing ``outcome`` for these applications would do. Ids of other editions are not found."""
    plan = Proposed(outcome)
    for standing in standings(session, edition_id=edition_id, application_ids=application_ids, lock=lock):
        refused = rules.why_not_proposed(
            outcome=outcome,
            application_state=standing.state,
            # an accept whose offer ended without a place may be made again
            standing=standing.proposed or (None if standing.released == "accept" else standing.released),
            has_live_offer=standing.has_live_offer,
        )
        if refused:
            plan.skipped.append(NotTaken(standing, refused))
        else:
            plan.taken.append(standing)
    return plan


def propose_decisions(
    session: Session,
    *,
    edition_id: UUID,
    application_ids: Sequence[UUID],
    outcome: rules.Outcome,
    note: str,
    actor_id: UUID,
    now: datetime,
) -> Proposed:
    """Propose ``outcome`` for each application that can take it; an earlier proposal is replaced. Nobody is told.

    Skips, and returns with the reason, what cannot be proposed.
    """
    plan = plan_proposals(session, edition_id=edition_id, application_ids=application_ids, outcome=outcome, lock=True)
    for standing in plan.taken:
        if standing.proposed_id:
            _replace(
                session,
                decision_id=standing.proposed_id,
                application_id=standing.application_id,
                before="proposed",
                now=now,
                actor_id=actor_id,
            )
        begin(
            session,
            rules.DECISION,
            application_id=standing.application_id,
            now=now,
            state="proposed",
            actor_id=actor_id,
            why=note,
            note=note,
            edition_id=edition_id,
            outcome=outcome,
            proposed_by=actor_id,
            proposed_at=now,
        )
        if standing.state == "submitted":
            _move_application(
                session,
                application_id=standing.application_id,
                before="submitted",
                after="under_review",
                now=now,
                actor_id=actor_id,
            )
    return plan


def propose_decision(
    session: Session,
    *,
    edition_id: UUID,
    application_id: UUID,
    outcome: rules.Outcome,
    note: str,
    actor_id: UUID,
    now: datetime,
) -> None:
    """Propose one decision; refuses with :class:`NotProposable` where a bulk proposal would skip."""
    done = propose_decisions(
        session,
        edition_id=edition_id,
        application_ids=[application_id],
        outcome=outcome,
        note=note,
        actor_id=actor_id,
        now=now,
    )
    if not done.taken:
        raise NotProposable


def take_back_proposal(
    session: Session, *, edition_id: UUID, application_id: UUID, actor_id: UUID, now: datetime
) -> None:
    """Drop what is proposed for an application and not yet released."""
    found = standings(session, edition_id=edition_id, application_ids=[application_id], lock=True)
    if not found or found[0].proposed_id is None:
        raise NotProposable
    _replace(
        session,
        decision_id=found[0].proposed_id,
        application_id=application_id,
        before="proposed",
        now=now,
        actor_id=actor_id,
    )


def digest(proposals: Iterable[Proposal | ReleasedOne]) -> str:
    """Return a fingerprint of a batch, so that what is released is what was looked at."""
    seen = "|".join(f"{one.decision_id}{one.outcome}" for one in proposals)
    return hashlib.sha256(seen.encode()).hexdigest()[:32]


def release_decisions(
    session: Session,
    *,
    edition_id: UUID,
    seen: str,
    actor_id: UUID,
    now: datetime,
    take_pool: TakePool = locked_pool,
) -> rules.ReleasePlan:
    """Make every proposed decision of the edition known at once; an accept becomes an offer that holds a place.

    ``seen`` is the :func:`digest` of the batch that was shown. All or nothing: refuses with :class:`BatchEmpty`,
    :class:`BatchChanged`, or :class:`NotEnoughPlaces` when the accepts do not fit into what is left. The batch that the
    same person released last is answered like the first time, and nothing is done.
    """
    places = take_pool(session, edition_id)
    batch = locked_proposals(session, edition_id=edition_id)
    before = last_release(session, edition_id=edition_id, by=actor_id) if digest(batch) != seen else []
    if before and digest(before) == seen:  # pressed twice
        return rules.plan_release(
            ((one.outcome, one.locale) for one in before),
            places_left=places.left + sum(one.outcome == "accept" for one in before),
        )
    if not batch:
        raise BatchEmpty
    if digest(batch) != seen:
        raise BatchChanged
    plan = rules.plan_release(((one.outcome, one.locale) for one in batch), places_left=places.left)
    if plan.short:
        raise NotEnoughPlaces(
            _l("%(accepts)s accepts, %(left)s places left.", accepts=plan.counts["accept"], left=plan.places_left)
        )
    batch_id = new_id()
    session.execute(
        insert(DecisionBatch).values(
            id=batch_id, edition_id=edition_id, released_by=actor_id, released_at=now, decisions=plan.total
        )
    )
    released = session.execute(
        select(Decision.application_id, Decision.id).where(
            Decision.application_id.in_([one.application_id for one in batch]), Decision.state == "released"
        )
    )
    earlier: dict[UUID, UUID] = dict(released.all())
    for one in batch:
        if one.application_id in earlier:
            _replace(
                session,
                decision_id=earlier[one.application_id],
                application_id=one.application_id,
                before="released",
                now=now,
                actor_id=actor_id,
            )
        _release(
            session, one, edition_id=edition_id, batch_id=batch_id, days=places.offer_days, actor_id=actor_id, now=now
        )
    return plan


def _release(
    session: Session, one: Proposal, *, edition_id: UUID, batch_id: UUID, days: int, actor_id: UUID, now: datetime
) -> None:
    move(
        session,
        rules.DECISION,
        subject_id=one.decision_id,
        application_id=one.application_id,
        before="proposed",
        after="released",
        now=now,
        actor_id=actor_id,
        batch_id=batch_id,
        released_at=now,
    )
    if one.application_state != "decided":
        _move_application(
            session,
            application_id=one.application_id,
            before=one.application_state,
            after="decided",
            now=now,
            actor_id=actor_id,
        )
    fact = DecisionReleased(
        decision_id=one.decision_id,
        application_id=one.application_id,
        person_id=one.person_id,
        edition_id=edition_id,
        outcome=one.outcome,
    )
    record(session, fact, actor_id=actor_id)
    if one.outcome == "accept":
        make_offer(
            session,
            decision_id=one.decision_id,
            application_id=one.application_id,
            edition_id=edition_id,
            person_id=one.person_id,
            days=days,
            now=now,
            actor_id=actor_id,
        )


def _replace(
    session: Session, *, decision_id: UUID, application_id: UUID, before: str, now: datetime, actor_id: UUID
) -> None:
    move(
        session,
        rules.DECISION,
        subject_id=decision_id,
        application_id=application_id,
        before=before,
        after="replaced",
        now=now,
        actor_id=actor_id,
    )


def _move_application(
    session: Session, *, application_id: UUID, before: str, after: str, now: datetime, actor_id: UUID
) -> None:
    move(
        session,
        application_rules.APPLICATION,
        subject_id=application_id,
        application_id=application_id,
        before=before,
        after=after,
        now=now,
        actor_id=actor_id,
        updated_at=now,
    )
