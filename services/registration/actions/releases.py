"""Making decisions known: a small batch at once, a large one frozen at once and known part by part."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, update
from sqlalchemy.orm import Session

from services.registration.errors import BatchChanged, BatchEmpty, NotEnoughPlaces
from services.registration.queries.decisions import waiting_ids
from services.registration.queries.places import TakePool, locked_pool
from services.registration.queries.releases import (
    FrozenDecision,
    last_release,
    locked_batch,
    locked_part,
    locked_proposals,
    released_of,
)
from services.registration.rules import decisions as rules
from services.registration.rules.applications import APPLICATION, DECIDABLE
from services.registration.rules.offers import OFFER, expires_at
from shared.facts.registration import ReleaseBegun, ReleaseContinued
from shared.history import Deed, begin, move
from shared.outbox import record
from shared.schema.registration import Decision, DecisionBatch
from shared.words.sentences import _l


def release_decisions(
    session: Session, *, edition_id: UUID, seen: str, deed: Deed, take_pool: TakePool = locked_pool
) -> rules.ReleasePlan:
    """Make every proposed decision of the edition known; an accept becomes an offer that holds a place.

    ``seen`` is the digest of the batch that was shown. All or nothing: refuses with :class:`BatchEmpty`,
    :class:`BatchChanged`, or :class:`NotEnoughPlaces` when the accepts do not fit into what is left. The batch that the
    same person released last is answered like the first time, and nothing is done.

    Up to ``AT_ONCE`` decisions are known when this returns. A larger batch is frozen: its decisions are bound to it,
    the places of its accepts are held, and registration itself, hearing of it, goes on with :func:`release_part`.
    """
    places = take_pool(session, edition_id)
    batch = locked_proposals(session, edition_id=edition_id)
    before = last_release(session, edition_id=edition_id, by=deed.by) if batch.digest != seen else None
    if before is not None and before.digest == seen:  # pressed twice
        held = sum(number for outcome, _locale, number in before.counts if outcome == "accept")
        return rules.plan_release(before.mails, places_left=places.left + held)
    if not batch.counts:
        raise BatchEmpty
    if batch.digest != seen:
        raise BatchChanged
    plan = rules.plan_release(batch.mails, places_left=places.left)
    if plan.short:
        raise NotEnoughPlaces(
            _l("%(accepts)s accepts, %(left)s places left.", accepts=plan.counts["accept"], left=plan.places_left)
        )
    [batch_id] = begin(
        session,
        rules.BATCH,
        "frozen",
        deed,
        [{"edition_id": edition_id, "released_by": deed.by, "released_at": deed.at, "decisions": plan.total}],
    )
    if _bind(session, waiting_ids(edition_id), batch_id=batch_id) != plan.total:
        raise BatchChanged
    if plan.in_parts:
        record(session, ReleaseBegun(decision_batch_id=batch_id, edition_id=edition_id), deed)
    else:
        release_part(session, batch_id=batch_id, now=deed.at)
    return plan


def release_part(session: Session, *, batch_id: UUID, now: datetime) -> int:
    """Make the next ``AT_ONCE`` decisions of a frozen batch known, and see to it that it goes on; return how many.

    A decision whose applicant withdrew meanwhile is no longer in the batch; one whose application the desk has sent
    back for information waits for the next release. Hearing of a batch that is finished changes nothing.
    """
    batch = locked_batch(session, batch_id=batch_id)
    if batch is None or batch.finished_at is not None:
        return 0
    deed = Deed(batch.released_by, now)
    part = locked_part(session, batch_id=batch_id, limit=rules.AT_ONCE)
    ready = [one for one in part.decisions if one.application_state in DECIDABLE]
    _make_known(session, batch, ready, offer_days=part.offer_days, deed=deed)
    not_now = [one.decision_id for one in part.decisions if one.application_state not in DECIDABLE]
    if not_now:
        _bind(session, not_now, batch_id=None)
    if part.more:
        record(session, ReleaseContinued(decision_batch_id=batch_id, edition_id=batch.edition_id), deed)
    else:
        move(session, rules.BATCH, [batch_id], "finished", deed)
    return len(ready)


def _make_known(
    session: Session, batch: DecisionBatch, ready: Sequence[FrozenDecision], *, offer_days: int, deed: Deed
) -> None:
    people = {one.application_id: {"person_id": one.person_id} for one in ready}
    earlier = released_of(session, application_ids=list(people))
    replaced = {decision_id: people[application_id] for application_id, decision_id in earlier.items()}
    move(session, rules.DECISION, replaced, "replaced", deed, leaving="released", more=replaced)
    known = {one.decision_id: people[one.application_id] for one in ready}
    move(session, rules.DECISION, known, "released", deed, more=known, released_at=batch.released_at)
    undecided = [one.application_id for one in ready if one.application_state != "decided"]
    move(session, APPLICATION, undecided, "decided", deed, updated_at=deed.at)
    begin(
        session,
        OFFER,
        "offered",
        deed,
        [
            {
                "application_id": one.application_id,
                "decision_id": one.decision_id,
                "edition_id": batch.edition_id,
                "person_id": one.person_id,
                "offered_at": deed.at,
                "expires_at": expires_at(now=batch.released_at, days=offer_days),
            }
            for one in ready
            if one.outcome == "accept"
        ],
    )


def _bind(session: Session, decisions: Select[UUID] | Sequence[UUID], *, batch_id: UUID | None) -> int:
    bound = session.execute(
        update(Decision)
        .where(Decision.id.in_(decisions))
        .values(batch_id=batch_id)
        .execution_options(synchronize_session=False, preserve_rowcount=True)
    )
    return int(bound.rowcount)  # type: ignore[attr-defined]
