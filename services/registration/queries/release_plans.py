"""What releasing a batch would do to the places there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from services.registration.queries.decisions import releasable
from services.registration.queries.offers import Answers, answers_so_far
from services.registration.queries.places import Pool
from services.registration.queries.pools import Needs, demands, needs_of_accepts
from services.registration.queries.releases import Proposals
from services.registration.rules.decisions import ReleasePlan, plan_release
from services.registration.rules.overbooking import Risk, risks


@dataclass(frozen=True)
class Planned:
    """The plan, and in which named pools each accept needs a place."""

    plan: ReleasePlan
    needs: Needs
    offers: int
    """How many offers will be open."""
    free: int
    """For how many places."""
    risks: Sequence[Risk]
    """How likely more accept than there are places, where there are more offers."""


def planned_release(session: Session, *, edition_id: UUID, batch: Proposals, places: Pool) -> Planned:
    """Return what releasing ``batch``, which is all that is proposed now, would do."""
    needs = needs_of_accepts(session, edition_id=edition_id, pools=places.named, which=releasable(edition_id))
    plan = plan_release(batch.mails, places_left=places.left, demands=demands(places.named, needs))
    offers, free = places.offered + plan.counts["accept"], max(0, places.capacity - places.enrolled)
    answers = answers_so_far(session, edition_id=edition_id) if offers > free else Answers(0, 0)
    return Planned(plan, needs, offers, free, risks(free=free, offers=offers, **answers._asdict()))
