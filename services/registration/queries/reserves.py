"""Who waits on the reserve list, in the order in which places are offered."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from services.registration.queries.decisions import waiting
from services.registration.queries.places import Pool
from services.registration.queries.pools import needs_of_accepts, needs_of_applications
from services.registration.queries.rankings import RankLine, ranked
from services.registration.rules.applications import DECIDABLE
from services.registration.rules.reserves import Turn, Waiting, turns
from shared.schema.registration import Application, Decision


def reserve_list(session: Session, *, edition_id: UUID) -> list[RankLine]:
    """Return whoever was told that she is a reserve and still waits, by the plain mean of the reviews.

    Whoever withdrew is gone. Somebody for whom something else is proposed already stands in her place, with it.
    """
    reserves = set(
        session.scalars(
            select(Decision.application_id).where(
                Decision.edition_id == edition_id, Decision.state == "released", Decision.outcome == "reserve"
            )
        )
    )
    if not reserves:
        return []
    return [one for one in ranked(session, edition_id=edition_id, formula="mean") if one.application_id in reserves]


def held_reserve_list(session: Session, *, edition_id: UUID) -> list[RankLine]:
    """Return the list and hold its applications: nobody on it withdraws before the transaction ends."""
    lines = reserve_list(session, edition_id=edition_id)
    wanted = select(Application.id).where(
        Application.id.in_([one.application_id for one in lines]), Application.state.in_(DECIDABLE)
    )
    still = set(session.scalars(wanted.order_by(Application.id).with_for_update()))
    return [one for one in lines if one.application_id in still]


@dataclass(frozen=True)
class ReservePlace:
    """Where somebody stands on the list, and how many got a place from it so far."""

    place: int
    of: int
    moved_up: int


def reserve_place(session: Session, *, edition_id: UUID, application_id: UUID) -> ReservePlace | None:
    """Return where an application stands on the reserve list today, None where it does not."""
    order = [one.application_id for one in reserve_list(session, edition_id=edition_id)]
    if application_id not in order:
        return None
    before = aliased(Decision)
    was_reserve = exists().where(
        before.application_id == Decision.application_id,
        before.outcome == "reserve",
        before.state == "replaced",
        before.released_at.is_not(None),
    )
    moved_up = session.execute(
        select(func.count()).where(
            Decision.edition_id == edition_id, Decision.state == "released", Decision.outcome == "accept", was_reserve
        )
    ).scalar_one()
    return ReservePlace(order.index(application_id) + 1, len(order), moved_up)


def turns_now(session: Session, *, places: Pool, lines: list[RankLine], left: dict[UUID, int]) -> list[Turn]:
    """Return whose turn it is on the list while ``left`` lasts; whoever has a proposal keeps her place and waits."""
    needs = needs_of_applications(
        session,
        edition_id=places.edition_id,
        pools=places.named,
        application_ids=[one.application_id for one in lines],
    )
    never = {one.application_id for one in lines if one.decision_state == "proposed"}
    everybody = [
        Waiting(one.application_id, frozenset({places.edition_id}) | needs.get(one.application_id, frozenset()))
        for one in lines
    ]
    numbers = {one.application_id: place for place, one in enumerate(everybody, 1)}
    found = turns([one for one in everybody if one.application_id not in never], left)
    ranks = [numbers[one.application_id] for one in everybody if one.application_id not in never]
    return [
        Turn(one.application_id, numbers[one.application_id], tuple(ranks[place - 1] for place in one.passed), one.full)
        for one in found
    ]


def left_beside_proposals(session: Session, *, places: Pool) -> dict[UUID, int]:
    """Return what each pool allows once every accept that is proposed has its place."""
    which = waiting(places.edition_id)
    needs = needs_of_accepts(session, edition_id=places.edition_id, pools=places.named, which=which)
    wanted = Counter(pool_id for needed in needs.values() for pool_id in needed)
    wanted[places.edition_id] = session.execute(
        select(func.count()).where(*which, Decision.outcome == "accept")
    ).scalar_one()
    return {pool_id: max(0, left - wanted[pool_id]) for pool_id, left in places.lefts().items()}
