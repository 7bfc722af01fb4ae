"""Who judges the place chaos: what may never be, and what has to be at rest."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import and_, func, or_, select

from services.registration.queries.places import pool
from services.registration.queries.pools import named_pools, needs_of_applications
from services.registration.queries.reserves import reserve_list, turns_now
from shared.schema.outbox.entries import Entry
from shared.schema.registration import Application, Decision, Enrolment, Offer
from tests.chaos.place_clients import disposition

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shared.database import Database


@dataclass(frozen=True)
class Promoted:
    """Somebody of the list: who she is, which pools she needs, and when she was promoted, None while she waits."""

    name: str
    needs: frozenset[UUID]
    at: UUID | None


def out_of_order(everybody: Sequence[Promoted]) -> int:
    """Return how often somebody went before another who stood before her and needed no more.

    ``everybody`` stands in the order of the list; decisions have ids in the order of their making.
    """
    found = 0
    for place, later in enumerate(everybody):
        for earlier in everybody[:place]:
            if later.at and earlier.needs <= later.needs and (earlier.at is None or earlier.at > later.at):
                found += 1
    return found


@dataclass
class Verdict:
    """What was found over all rounds."""

    rounds: int = 0
    looks: int = 0
    oversold: int = 0
    undersold: int = 0
    out_of_order: int = 0
    promotions: int = 0
    kills: int = 0
    flushes: int = 0
    aside: int = 0
    restless: int = 0
    wrong: list[str] = field(default_factory=list)


def oversold(database: Database, edition_id: UUID, capacities: Mapping[UUID, int]) -> bool:
    """Say whether any pool holds more than it has, in one snapshot; ``capacities`` with what may be offered beyond."""
    with database.reading() as session:
        now = pool(session, edition_id)
    held = {edition_id: now.offered + now.enrolled, **{one.id: one.offered + one.enrolled for one in now.named}}
    return now.enrolled > now.capacity or any(held[one] > most for one, most in capacities.items())


def is_at_rest(database: Database, edition_id: UUID) -> bool:
    """Say whether nobody has anything to do any more: no fact waits, and open offers wait for their end alone.

    Whoever would accept an offer beyond the places waits as well, once all of them are taken.
    """
    with database.reading() as session:
        places = pool(session, edition_id)
        waiting = session.scalar(
            select(func.count()).where(Entry.subscriber == "registration", Entry.state == "waiting")
        )
        names = session.scalars(
            select(Application.name)
            .join(Offer, Offer.application_id == Application.id)
            .where(Offer.edition_id == edition_id, Offer.state == "offered")
        ).all()
        restless = session.scalars(
            select(Application.name)
            .join(Enrolment, Enrolment.application_id == Application.id)
            .where(Enrolment.edition_id == edition_id, Enrolment.holds_place)
        ).all()
    return (
        not waiting
        and all(disposition(name) == "waits" for name in names if places.enrolled < places.capacity)
        and not any(disposition(name) == "withdraws" for name in restless)
    )


def judge(database: Database, edition_id: UUID, verdict: Verdict) -> list[Promoted]:
    """Add to ``verdict`` what an edition at rest shows; return its reserve list as it moved."""
    with database.reading() as session:
        places = pool(session, edition_id)
        lines = reserve_list(session, edition_id=edition_id)
        still = turns_now(session, places=places, lines=lines, left=places.lefts())
        if places.enrolled < places.capacity and still:
            verdict.undersold += 1
            verdict.wrong.append(f"{places.left} left, {len(still)} of {len(lines)} wait whose turn it is")
        promoted = dict(
            session.execute(
                select(Decision.application_id, Decision.id).where(
                    Decision.edition_id == edition_id,
                    Decision.state == "released",
                    Decision.outcome == "accept",
                    Decision.note != "",
                )
            ).all()
        )
        rows = session.execute(
            select(Application.id, Application.name)
            .join(Decision, Decision.application_id == Application.id)
            .where(
                Decision.edition_id == edition_id,
                Decision.outcome == "reserve",
                or_(Decision.state == "released", and_(Decision.state == "replaced", Decision.batch_id.is_not(None))),
            )
            .order_by(Application.name)
        ).all()
        pools = named_pools(session, edition_id=edition_id)
        needs = needs_of_applications(
            session, edition_id=edition_id, pools=pools, application_ids=[one.id for one in rows]
        )
    everybody = [Promoted(one.name, needs.get(one.id, frozenset()), promoted.get(one.id)) for one in rows]
    twice = [name for name, times in Counter(one.name for one in everybody).items() if times > 1]
    assert not twice
    verdict.promotions += len(promoted)
    verdict.out_of_order += out_of_order(everybody)
    return everybody
