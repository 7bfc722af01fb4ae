"""What one decision for many applications would do, and how far one that was begun has come: counted, not listed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select, tuple_
from sqlalchemy.orm import Session

from services.registration.queries.lines import Wish, matching
from services.registration.rules import decisions as rules
from services.registration.rules.bulks import BulkUnknown
from services.registration.rules.decisions import Outcome, Skipped
from shared.schema.people.published import Addressable
from shared.schema.registration import Application, ApplicationLine as Line, BulkItem, BulkProposal, Decision

NAMED: Final = 500
"""So many are shown by name; the rest are counted."""


@dataclass(frozen=True)
class Named:
    """One application as a preview names it: what is proposed for it already, or why it is skipped.

    People of one name are told apart by country and address.
    """

    name: str
    country: str
    email: str
    proposed: str
    why: str


@dataclass(frozen=True)
class BulkPlan:
    """What proposing ``outcome`` would do: how many get it, how many are skipped and why, and the first by name."""

    outcome: Outcome
    takes: int
    skips: dict[Skipped, int] = field(default_factory=dict)
    taken: Sequence[Named] = ()
    skipped: Sequence[Named] = ()

    @property
    def total(self) -> int:
        """How many were chosen."""
        return self.takes + sum(self.skips.values())


@dataclass(frozen=True)
class BulkProgress:
    """A bulk proposal, and what became of how many by :attr:`BulkItem.result`; empty is still to come."""

    id: UUID
    outcome: Outcome
    note: str
    state: str
    applications: int
    begun_at: datetime
    by: str
    results: dict[str, int]

    @property
    def done(self) -> int:
        """How many had their turn: to be proposed for, or, while it is undone, to be undone."""
        left = self.results.get("taken" if self.state in {"undoing", "undone"} else "", 0)
        return self.applications - left

    @property
    def is_at_work(self) -> bool:
        """Whether parts of it are still to come."""
        return self.state in {"proposing", "undoing"}

    @property
    def skips(self) -> dict[str, int]:
        """How many were skipped, by reason."""
        return {why: self.results[why] for why in rules.SKIPPED if self.results.get(why)}


_FROZEN: Final = (
    select(Decision.id)
    .where(
        Decision.edition_id == Line.edition_id,
        Decision.application_id == Line.application_id,
        Decision.state == "proposed",
        Decision.batch_id.is_not(None),
    )
    .exists()
)
_STANDING: Final[tuple[ColumnElement[Any], ...]] = (
    Line.state.expression,
    Line.proposed.expression,
    Line.released.expression,
    Line.offer.expression,
    _FROZEN,
)


def chosen(edition_id: UUID, *, wish: Wish | None, ids: Sequence[UUID]) -> Select[UUID]:
    """Return a look-up of all that match ``wish``, or, without one, of those among ``ids`` that are in the edition."""
    if wish is not None:
        return matching(edition_id, wish)
    return select(Line.application_id).where(Line.edition_id == edition_id, Line.application_id.in_(ids))


def plan_bulk(session: Session, *, among: Select[UUID], outcome: Outcome) -> BulkPlan:
    """Say what proposing ``outcome`` for these applications would do.

    Applications that stand alike are decided on together: there are a few dozen ways to stand, however many apply.
    """
    groups = session.execute(
        among.with_only_columns(*_STANDING, func.count(), maintain_column_froms=True).group_by(*_STANDING)
    ).all()
    takes, skips, of_kind = 0, dict[Skipped, int](), dict[bool, list[tuple[Any, ...]]]({True: [], False: []})
    for *standing, number in groups:
        why = _why_not(outcome, standing)
        of_kind[why is None].append(tuple(standing))
        if why is None:
            takes += number
        else:
            skips[why] = skips.get(why, 0) + number
    return BulkPlan(
        outcome,
        takes,
        skips,
        taken=_named(session, among, outcome, of_kind[True]),
        skipped=_named(session, among, outcome, of_kind[False]),
    )


def _why_not(outcome: str, standing: Sequence[Any]) -> Skipped | None:
    state, proposed, released, offer, frozen = standing
    return rules.why_not_proposed(
        outcome=outcome,
        application_state=state,
        standing=rules.what_stands(proposed=proposed or None, released=released or None),
        has_live_offer=offer in {"offered", "accepted"},
        being_released=frozen,
    )


def _named(session: Session, among: Select[UUID], outcome: str, standings: Sequence[tuple[Any, ...]]) -> list[Named]:
    if not standings:
        return []
    first = among.where(tuple_(*_STANDING).in_(standings)).order_by(Line.application_id).limit(NAMED).subquery()
    rows = session.execute(
        select(Application.name, Application.country, Application.email, *_STANDING)
        .join(Line, Line.application_id == Application.id)
        .where(Application.id.in_(select(first.c.application_id)))
        .order_by(Line.name_as, Line.application_id)
    )
    return [
        Named(name, country, email, standing[1], _why_not(outcome, standing) or "")
        for name, country, email, *standing in rows
    ]


def locked_bulk(session: Session, *, bulk_id: UUID) -> BulkProposal | None:
    """Return a bulk proposal and hold its row: of two workers who hear of it one goes first."""
    return session.get(BulkProposal, bulk_id, with_for_update=True, populate_existing=True)


def next_items(session: Session, *, bulk_id: UUID, result: str, limit: int) -> list[BulkItem]:
    """Return the next items with this result, at most ``limit``, in the order in which applications are locked."""
    return list(
        session.execute(
            select(BulkItem)
            .where(BulkItem.bulk_proposal_id == bulk_id, BulkItem.result == result)
            .order_by(BulkItem.application_id)
            .limit(limit)
        ).scalars()
    )


def bulk_of(session: Session, *, edition_id: UUID, bulk_id: UUID) -> BulkProgress:
    """Return how far a bulk proposal of this edition has come; refuses with :class:`BulkUnknown`."""
    found = _bulks(session, BulkProposal.edition_id == edition_id, BulkProposal.id == bulk_id)
    if not found:
        raise BulkUnknown
    return found[0]


def latest_bulks(session: Session, *, edition_id: UUID, limit: int) -> list[BulkProgress]:
    """Return the edition's newest bulk proposals, the newest first."""
    return _bulks(session, BulkProposal.edition_id == edition_id, limit=limit)


def _bulks(session: Session, *conditions: ColumnElement[bool], limit: int = 1) -> list[BulkProgress]:
    rows = session.execute(
        select(BulkProposal, func.coalesce(Addressable.name, ""))
        .outerjoin(Addressable, Addressable.id == BulkProposal.proposed_by)
        .where(*conditions)
        .order_by(BulkProposal.begun_at.desc(), BulkProposal.id)
        .limit(limit)
    ).all()
    return [
        BulkProgress(
            bulk.id,
            bulk.outcome,  # type: ignore[arg-type]
            bulk.note,
            bulk.state,
            bulk.applications,
            bulk.begun_at,
            by,
            _results(session, bulk.id),
        )
        for bulk, by in rows
    ]


def _results(session: Session, bulk_id: UUID) -> dict[str, int]:
    rows = session.execute(
        select(BulkItem.result, func.count()).where(BulkItem.bulk_proposal_id == bulk_id).group_by(BulkItem.result)
    )
    return dict(rows.all())


def skipped_names(session: Session, *, bulk_id: UUID) -> list[Named]:
    """Return the first that were skipped, by name, and why."""
    rows = session.execute(
        select(Application.name, Application.country, Application.email, BulkItem.result)
        .join(Application, Application.id == BulkItem.application_id)
        .where(BulkItem.bulk_proposal_id == bulk_id, BulkItem.result.in_(rules.SKIPPED))
        .order_by(BulkItem.result, BulkItem.application_id)
        .limit(NAMED)
    )
    return [Named(name, country, email, "", why) for name, country, email, why in rows]
