"""One decision proposed for many applications in one act: frozen at once, proposed part by part, undone as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, insert, literal, select
from sqlalchemy.orm import Session

from services.registration.actions.decisions import propose_decisions
from services.registration.queries.bulks import locked_bulk, next_items, plan_bulk
from services.registration.queries.decisions import standings
from services.registration.rules import decisions as rules
from services.registration.rules.bulks import BulkChanged, BulkNotUndoable, BulkUnknown
from services.registration.rules.decisions import AT_ONCE, BULK, DECISION
from shared.facts.registration import BulkProposalContinued, PlacesChanged
from shared.history import Deed, begin, move
from shared.outbox import record
from shared.schema.base import new_id
from shared.schema.registration import BulkItem, BulkProposal, Decision


def begin_bulk(
    session: Session,
    *,
    bulk_id: UUID,
    edition_id: UUID,
    among: Select[UUID],
    outcome: rules.Outcome,
    note: str,
    seen: int,
    deed: Deed,
) -> None:
    """Propose ``outcome`` for all of ``among``; an earlier proposal is replaced. Nobody is told.

    ``seen`` is how many were said to get it: refuses with :class:`BulkChanged` when it is another number by now.
    ``bulk_id`` was made with the preview, so that a button pressed twice does it once. Who is in it is frozen at
    once; up to ``AT_ONCE`` are proposed for when this returns, more by registration itself, hearing of it.
    """
    there = session.get(BulkProposal, bulk_id)
    if there is not None:
        if there.edition_id != edition_id:
            raise BulkUnknown
        return  # pressed twice
    plan = plan_bulk(session, among=among, outcome=outcome)
    if plan.takes != seen:
        raise BulkChanged
    frozen = {
        "id": bulk_id,
        "edition_id": edition_id,
        "outcome": outcome,
        "note": note,
        "proposed_by": deed.by,
        "begun_at": deed.at,
        "applications": plan.total,
    }
    begin(session, BULK, "proposing", replace(deed, why=note), [frozen])
    chosen = among.subquery()
    session.execute(
        insert(BulkItem).from_select(
            ("bulk_proposal_id", "application_id", "result"),
            select(literal(bulk_id), chosen.c.application_id, literal("")),
            include_defaults=False,
        )
    )
    if plan.total <= AT_ONCE:
        go_on_with_bulk(session, bulk_id=bulk_id, now=deed.at)


def undo_bulk(session: Session, *, edition_id: UUID, bulk_id: UUID, deed: Deed) -> None:
    """Take everything back that this act proposed and that still stands as it left it; pressed twice it is done once.

    What was released since, or decided anew, is kept. Refuses with :class:`BulkUnknown` and, where nothing of it was
    proposed, :class:`BulkNotUndoable`.
    """
    bulk = locked_bulk(session, bulk_id=bulk_id)
    if bulk is None or bulk.edition_id != edition_id:
        raise BulkUnknown
    if bulk.state in {"undoing", "undone"}:
        return
    taken = session.execute(
        select(func.count())
        .select_from(BulkItem)
        .where(BulkItem.bulk_proposal_id == bulk_id, BulkItem.result == "taken")
    ).scalar_one()
    if not taken and bulk.state == "proposed":
        raise BulkNotUndoable
    move(session, BULK, [bulk_id], "undoing", deed, undone_by=deed.by)
    if taken <= AT_ONCE:
        go_on_with_bulk(session, bulk_id=bulk_id, now=deed.at)


def go_on_with_bulk(session: Session, *, bulk_id: UUID, now: datetime) -> int:
    """Propose for the next ``AT_ONCE`` applications, or undo as many, and see to it that it goes on; return how many.

    Hearing of a bulk proposal that has come to its end changes nothing.
    """
    bulk = locked_bulk(session, bulk_id=bulk_id)
    if bulk is None or bulk.state not in {"proposing", "undoing"}:
        return 0
    undoing = bulk.state == "undoing"
    deed = Deed(bulk.undone_by if undoing else bulk.proposed_by, now)
    items = next_items(session, bulk_id=bulk_id, result="taken" if undoing else "", limit=AT_ONCE + 1)
    part = items[:AT_ONCE]
    if undoing:
        _undo_part(session, bulk, part, deed)
    else:
        _propose_part(session, bulk, part, deed)
    session.flush()  # the results are counted by whoever looks next
    if len(items) > AT_ONCE:
        fact = BulkProposalContinued(bulk_proposal_id=bulk_id, edition_id=bulk.edition_id)
        record(session, fact, deed)
    else:
        move(session, BULK, [bulk_id], "undone" if undoing else "proposed", deed)
        if undoing:  # what its accepts kept may go to the reserve list
            record(session, PlacesChanged(edition_id=bulk.edition_id), deed)
    return len(part)


def _propose_part(session: Session, bulk: BulkProposal, part: Sequence[BulkItem], deed: Deed) -> None:
    done = propose_decisions(
        session,
        edition_id=bulk.edition_id,
        application_ids=[item.application_id for item in part],
        outcome=bulk.outcome,  # type: ignore[arg-type]
        note=bulk.note,
        deed=deed,
    )
    taken = {one.application_id: (one, made) for one, made in zip(done.taken, done.decision_ids, strict=True)}
    skipped = {standing.application_id: why for standing, why in done.skipped}
    for item in part:
        if item.application_id in taken:
            standing, item.decision_id = taken[item.application_id]
            item.result, item.replaced_id = "taken", standing.proposed_id
        else:
            item.result = skipped.get(item.application_id, "state")  # gone, as a draft nobody confirmed


def _undo_part(session: Session, bulk: BulkProposal, part: Sequence[BulkItem], deed: Deed) -> None:
    ids = [item.application_id for item in part]
    standing = {
        one.application_id: one
        for one in standings(session, edition_id=bulk.edition_id, application_ids=ids, lock=True)
    }
    mine = {}
    for item in part:
        one = standing.get(item.application_id)
        stands = one is not None and one.proposed_id == item.decision_id and not one.being_released
        item.result = "undone" if stands else "kept"
        if stands and one is not None and item.decision_id is not None:
            mine[item.decision_id] = (item, one)
    people = {decision_id: {"person_id": one.person_id} for decision_id, (_item, one) in mine.items()}
    move(session, DECISION, people, "replaced", deed, leaving="proposed", more=people)
    before = {item.replaced_id: one for item, one in mine.values() if item.replaced_id is not None}
    rows = session.execute(select(Decision).where(Decision.id.in_(before))).scalars()
    again = [(new_id(), row) for row in rows]
    begun = [
        {
            "id": made,
            "application_id": row.application_id,
            "edition_id": row.edition_id,
            "outcome": row.outcome,
            "note": row.note,
            "proposed_by": row.proposed_by,
            "proposed_at": deed.at,
        }
        for made, row in again
    ]
    told = {made: {"person_id": standing[row.application_id].person_id} for made, row in again}
    begin(session, DECISION, "proposed", deed, begun, more=told)
