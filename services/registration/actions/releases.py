"""Making decisions known: frozen at once, taken back while there is time, then known, a large batch part by part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, update
from sqlalchemy.orm import Session

from services.registration.actions.pools import free_pool_places, hold_pool_places
from services.registration.errors import (
    BatchChanged,
    BatchEmpty,
    NotEnoughPlaces,
    ReleaseKnown,
    ReleaseUnknown,
    SecondReleaserNeeded,
)
from services.registration.queries.decisions import releasable
from services.registration.queries.places import Pool, TakePool, locked_pool
from services.registration.queries.pools import needs_of_accepts
from services.registration.queries.release_plans import planned_release
from services.registration.queries.releases import (
    FrozenDecision,
    bound,
    is_known,
    last_release,
    locked_batch,
    locked_part,
    locked_proposals,
    own_proposals,
    released_of,
)
from services.registration.rules import decisions as rules
from services.registration.rules.applications import APPLICATION, DECIDABLE
from services.registration.rules.editions import wording
from services.registration.rules.offers import OFFER, expires_at
from shared.facts.registration import ReleaseBegun, ReleaseContinued
from shared.history import Deed, begin, move, note, remove
from shared.outbox import record
from shared.schema.registration import Decision, DecisionBatch
from shared.words.languages import current_locale
from shared.words.sentences import _l


@dataclass(frozen=True)
class Begun:
    """A release as it was begun: what it does, and from when on it is known."""

    batch_id: UUID
    plan: rules.ReleasePlan
    known_from: datetime


def release_decisions(
    session: Session,
    *,
    edition_id: UUID,
    seen: str,
    deed: Deed,
    recall: timedelta = timedelta(0),
    take_pool: TakePool = locked_pool,
) -> Begun:
    """Make every proposed decision of the edition known; an accept becomes an offer that holds a place.

    ``seen`` is the digest of the batch that was shown. All or nothing: refuses with :class:`BatchEmpty`,
    :class:`BatchChanged`, :class:`NotEnoughPlaces` when the accepts do not fit into what is left, or
    :class:`SecondReleaserNeeded`. The batch that the same person released last is answered like the first time, and
    nothing is done.

    The batch is frozen: its decisions are bound to it, and the places of its accepts are held. For the time of
    ``recall`` nothing more happens, and :func:`recall_release` takes it back. Then registration itself, hearing of it,
    makes it known with :func:`release_part`; without such a time a batch of up to ``AT_ONCE`` is known when this
    returns.
    """
    places = take_pool(session, edition_id, None)
    batch = locked_proposals(session, edition_id=edition_id)
    before = last_release(session, edition_id=edition_id, by=deed.by) if batch.digest != seen else None
    if before is not None and before.frozen.digest == seen:  # pressed twice
        held = sum(number for outcome, _locale, number in before.frozen.counts if outcome == "accept")
        plan = rules.plan_release(before.frozen.mails, places_left=places.left + held)
        return Begun(before.batch_id, plan, before.known_from)
    if not batch.counts:
        raise BatchEmpty
    if batch.digest != seen:
        raise BatchChanged
    if own_proposals(session, edition_id=edition_id, by=deed.by):
        raise SecondReleaserNeeded
    planned = planned_release(session, edition_id=edition_id, batch=batch, places=places)
    plan = planned.plan
    _refuse_the_short(plan)
    known_from = deed.at + recall
    row = {"edition_id": edition_id, "released_by": deed.by, "released_at": deed.at, "known_from": known_from}
    [batch_id] = begin(session, rules.BATCH, "frozen", deed, [{**row, "decisions": plan.total}])
    if _bind(session, *releasable(edition_id), batch_id=batch_id) != plan.total:
        raise BatchChanged
    hold_pool_places(session, needs=planned.needs)
    if recall or plan.in_parts:
        record(session, ReleaseBegun(decision_batch_id=batch_id, edition_id=edition_id), deed, rest=recall)
    else:
        release_part(session, batch_id=batch_id, now=deed.at)
    return Begun(batch_id, plan, known_from)


def release_these(
    session: Session, *, edition_id: UUID, decision_ids: Sequence[UUID], places: Pool, deed: Deed
) -> None:
    """Make these accepts known at once, in a release of their own; the caller holds the places and has counted them."""
    if not decision_ids:
        return
    which = [*releasable(edition_id), Decision.id.in_(decision_ids)]
    needs = needs_of_accepts(session, edition_id=edition_id, pools=places.named, which=which)
    row = {"edition_id": edition_id, "released_by": deed.by, "released_at": deed.at, "known_from": deed.at}
    [batch_id] = begin(session, rules.BATCH, "frozen", deed, [{**row, "decisions": len(decision_ids)}])
    _bind(session, *which, batch_id=batch_id)
    hold_pool_places(session, needs=needs)
    release_part(session, batch_id=batch_id, now=deed.at)


def _refuse_the_short(plan: rules.ReleasePlan) -> None:
    if plan.short:
        raise NotEnoughPlaces(
            _l("%(accepts)s accepts, %(left)s places left.", accepts=plan.counts["accept"], left=plan.places_left)
        )
    for one in plan.short_of:
        raise NotEnoughPlaces(
            _l(
                "“%(pool)s”: %(accepts)s accepts, %(left)s places left.",
                pool=wording(one.name, current_locale()).text,
                accepts=one.accepts,
                left=one.left,
            )
        )


def recall_release(session: Session, *, edition_id: UUID, batch_id: UUID, deed: Deed) -> int:
    """Take a release back before anything of it is known; its decisions are proposals again. Return how many.

    Refuses with :class:`ReleaseKnown` once the first decision is known, whatever the clock says.
    """
    batch = _recallable(session, edition_id=edition_id, batch_id=batch_id)
    freed = _unbind(session, *bound(batch.id))
    remove(session, rules.BATCH, [batch.id], "recalled", deed)
    return freed


def take_out_of_release(
    session: Session, *, edition_id: UUID, batch_id: UUID, decision_ids: Sequence[UUID], deed: Deed
) -> int:
    """Take decisions out of a release before anything of it is known: they are proposals again. Return how many.

    A release that nothing is left of is taken back. Refuses as :func:`recall_release` does.
    """
    batch = _recallable(session, edition_id=edition_id, batch_id=batch_id)
    freed = _unbind(session, *bound(batch.id), Decision.id.in_(decision_ids))
    if freed == batch.decisions:
        remove(session, rules.BATCH, [batch.id], "recalled", deed)
    elif freed:
        batch.decisions -= freed
        note(session, rules.BATCH.noun, batch.id, deed, what="reduced", edition_id=edition_id)
    return freed


def _recallable(session: Session, *, edition_id: UUID, batch_id: UUID) -> DecisionBatch:
    batch = locked_batch(session, batch_id=batch_id)
    if batch is None or batch.edition_id != edition_id:
        raise ReleaseUnknown
    if batch.state != "frozen" or is_known(session, batch_id=batch_id):
        raise ReleaseKnown
    return batch


def release_part(session: Session, *, batch_id: UUID, now: datetime) -> int:
    """Make the next ``AT_ONCE`` decisions of a frozen batch known, and see to it that it goes on; return how many.

    A decision whose applicant withdrew meanwhile is no longer in the batch; one whose application the desk has sent
    back for information waits for the next release. Hearing of a batch that is finished or was taken back changes
    nothing, and one that may still be taken back is heard of again when it is time.
    """
    batch = locked_batch(session, batch_id=batch_id)
    if batch is None or batch.state == "finished":
        return 0
    deed = Deed(batch.released_by, now)
    goes_on = ReleaseContinued(decision_batch_id=batch_id, edition_id=batch.edition_id)
    if now < batch.known_from:
        record(session, goes_on, deed, rest=batch.known_from - now)
        return 0
    part = locked_part(session, batch_id=batch_id, limit=rules.AT_ONCE)
    ready = [one for one in part.decisions if one.application_state in DECIDABLE]
    ends = expires_at(now=batch.known_from, days=part.offer_days, time_zone=part.time_zone)
    _make_known(session, batch, ready, expires=ends, deed=deed)
    not_now = [one.decision_id for one in part.decisions if one.application_state not in DECIDABLE]
    if not_now:
        _unbind(session, Decision.id.in_(not_now))
    if part.more:
        record(session, goes_on, deed)
    else:
        move(session, rules.BATCH, [batch_id], "finished", deed, finished_at=deed.at)
    return len(ready)


def _make_known(
    session: Session, batch: DecisionBatch, ready: Sequence[FrozenDecision], *, expires: datetime, deed: Deed
) -> None:
    people = {one.application_id: {"person_id": one.person_id} for one in ready}
    earlier = released_of(session, application_ids=list(people))
    replaced = {decision_id: people[application_id] for application_id, decision_id in earlier.items()}
    move(session, rules.DECISION, replaced, "replaced", deed, leaving="released", more=replaced)
    known = {one.decision_id: people[one.application_id] for one in ready}
    move(session, rules.DECISION, known, "released", deed, more=known, released_at=batch.known_from)
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
                "expires_at": expires,
            }
            for one in ready
            if one.outcome == "accept"
        ],
    )


def _unbind(session: Session, *which: ColumnElement[bool]) -> int:
    free_pool_places(session, *which)
    return _bind(session, *which, batch_id=None)


def _bind(session: Session, *which: ColumnElement[bool], batch_id: UUID | None) -> int:
    changed = session.execute(
        update(Decision)
        .where(*which)
        .values(batch_id=batch_id)
        .execution_options(synchronize_session=False, preserve_rowcount=True)
    )
    return int(changed.rowcount)  # type: ignore[attr-defined]
