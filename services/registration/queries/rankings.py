"""The ranked list: every application that can be decided, by what its reviews come to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, aliased

from services.registration.queries.reviews import totals
from services.registration.rules.applications import DECIDABLE
from services.registration.rules.selection.scoring import Formula, Standing, standings
from shared.schema.registration import Application, Decision, Review


@dataclass(frozen=True)
class RankLine:
    """One application of the ranked list. ``rank`` is shared by equals, None without a review."""

    application_id: UUID
    name: str
    country: str
    language: str
    needs_fellowship: bool
    state: str
    decision: str | None
    decision_state: str | None
    rank: int | None
    standing: Standing | None
    waiting: int
    """Reviews that are not handed in yet."""


def ranked(session: Session, *, edition_id: UUID, formula: Formula) -> list[RankLine]:
    """Return the list, the highest first, then those nobody has reviewed, by name."""
    order = standings(totals(session, edition_id=edition_id), formula=formula)
    known = {one.application_id: one for one in order}
    ranks = _ranks(order)
    current = aliased(Decision)
    waiting = (
        select(func.count())
        .where(Review.application_id == Application.id, Review.state == "assigned")
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Application.id,
            Application.name,
            Application.country,
            Application.language,
            Application.answers["needs_fellowship"].as_boolean(),
            Application.state,
            current.outcome,
            current.state,
            waiting,
        )
        .outerjoin(
            current,
            and_(current.application_id == Application.id, current.state.in_(("proposed", "released"))),
        )
        .where(Application.edition_id == edition_id, Application.state.in_(DECIDABLE))
        .order_by(Application.id, current.state)  # what is proposed stands before what is released
        .ext(distinct_on(Application.id))
    )
    lines = [
        RankLine(
            row[0], row[1], row[2], row[3], bool(row[4]), row[5], row[6], row[7],
            ranks.get(row[0]), known.get(row[0]), row[8],
        )
        for row in map(tuple, rows)
    ]  # fmt: skip
    return sorted(lines, key=lambda one: (one.rank is None, one.rank or 0, one.name, one.application_id))


def _ranks(order: list[Standing]) -> Mapping[UUID, int]:
    """Return each one's rank, from 1: equals share a number, and the next one skips as many."""
    ranks: dict[UUID, int] = {}
    for place, one in enumerate(order, 1):
        before = order[place - 2] if place > 1 else None
        tied = before is not None and before.points == one.points
        ranks[one.application_id] = ranks[before.application_id] if before is not None and tied else place
    return ranks
