from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from services.registration.errors import NotProposable
from services.registration.queries.decisions import Considered, standings
from services.registration.rules import decisions as rules
from services.registration.rules.applications import APPLICATION
from shared.facts.registration import PlacesChanged
from shared.history import Deed, begin, move
from shared.outbox import record
from shared.schema.base import new_id


class NotTaken(NamedTuple):
    """An application that a bulk proposal skipped, and why."""

    standing: Considered
    why: rules.Skipped


@dataclass(frozen=True)
class Proposed:
    """What a bulk proposal did, or would do: who gets it, and who was skipped and why."""

    outcome: rules.Outcome
    taken: list[Considered] = field(default_factory=list)
    decision_ids: list[UUID] = field(default_factory=list)
    """What was proposed for each that was taken, in the same order; empty for a plan."""
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
            standing=rules.what_stands(proposed=standing.proposed, released=standing.released),
            has_live_offer=standing.has_live_offer,
            being_released=standing.being_released,
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
    deed: Deed,
) -> Proposed:
    """Propose ``outcome`` for each application that can take it; an earlier proposal is replaced. Nobody is told.

    Skips, and returns with the reason, what cannot be proposed.
    """
    plan = plan_proposals(session, edition_id=edition_id, application_ids=application_ids, outcome=outcome, lock=True)
    earlier = {one.proposed_id: {"person_id": one.person_id} for one in plan.taken if one.proposed_id}
    move(session, rules.DECISION, earlier, "replaced", deed, leaving="proposed", more=earlier)
    people = {new_id(): {"person_id": one.person_id} for one in plan.taken}
    plan.decision_ids.extend(people)
    rows = [
        {
            "id": decision_id,
            "application_id": one.application_id,
            "edition_id": edition_id,
            "outcome": outcome,
            "note": note,
            "proposed_by": deed.by,
            "proposed_at": deed.at,
        }
        for decision_id, one in zip(people, plan.taken, strict=True)
    ]
    begin(session, rules.DECISION, "proposed", replace(deed, why=note), rows, more=people)
    taken_up = [one.application_id for one in plan.taken if one.state == "submitted"]
    move(session, APPLICATION, taken_up, "under_review", deed, updated_at=deed.at)
    return plan


def propose_decision(
    session: Session, *, edition_id: UUID, application_id: UUID, outcome: rules.Outcome, note: str, deed: Deed
) -> None:
    """Propose one decision; refuses with :class:`NotProposable` where a bulk proposal would skip."""
    done = propose_decisions(
        session, edition_id=edition_id, application_ids=[application_id], outcome=outcome, note=note, deed=deed
    )
    if not done.taken:
        raise NotProposable


def take_back_proposal(session: Session, *, edition_id: UUID, application_id: UUID, deed: Deed) -> None:
    """Drop what is proposed for an application and neither released nor being released."""
    found = standings(session, edition_id=edition_id, application_ids=[application_id], lock=True)
    if not found or found[0].proposed_id is None or found[0].being_released:
        raise NotProposable
    dropped = {found[0].proposed_id: {"person_id": found[0].person_id}}
    move(session, rules.DECISION, dropped, "replaced", deed, leaving="proposed", more=dropped)
    if found[0].proposed == "accept":  # what it kept may go to somebody else
        record(session, PlacesChanged(edition_id=edition_id), deed)
