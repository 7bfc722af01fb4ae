"""What waits for the desk today. Numbers that lead to an act, none that only flatter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, not_, or_, select, true
from sqlalchemy.orm import Session

from services.registration.queries.decisions import waiting
from services.registration.queries.places import Pool, pool
from services.registration.queries.reviews import reviews_due
from services.registration.rules.applications import DECIDABLE
from shared.schema.materials.published import Shelving
from shared.schema.notifications.published import CampaignAtWork, OpenTask
from shared.schema.outbox.entries import Entry
from shared.schema.registration import ApplicationLine, Decision, Edition, Offer
from shared.schema.registration.published import Place


@dataclass(frozen=True)
class Waiting:
    """What waits in one edition."""

    edition: Edition
    pool: Pool
    states: dict[str, int]
    proposed: int
    to_release: int
    expiring: int
    unreached: int
    """People whom a mail that matters did not reach."""
    campaigns: dict[str, int]
    """Campaigns at work, by state."""
    confirmed: int
    """Places that are confirmed."""
    my_reviews: int
    """Applications that whoever asks has to review."""

    @property
    def undecided(self) -> int:
        """Applications nobody has proposed a decision for."""
        return self.states.get("submitted", 0) + self.states.get("under_review", 0) - self.proposed

    @property
    def total(self) -> int:
        """Applications that count or counted."""
        return sum(count for state, count in self.states.items() if state != "draft")


def waiting_in(session: Session, edition: Edition, *, person_id: UUID, now: datetime) -> Waiting:
    """Return what waits in ``edition``: states, proposals, offers that end within three days, campaigns at work.

    Of the reviews, those that wait for ``person_id``.
    """
    states = session.execute(
        select(ApplicationLine.state, func.count())
        .where(ApplicationLine.edition_id == edition.id)
        .group_by(ApplicationLine.state)
    )
    proposed = _proposed_by_state(session, edition.id)
    return Waiting(
        edition=edition,
        pool=pool(session, edition.id),
        states=dict(states.all()),
        proposed=sum(proposed.get(state, 0) for state in ("submitted", "under_review")),
        to_release=sum(proposed.get(state, 0) for state in DECIDABLE),
        expiring=session.execute(
            select(func.count())
            .select_from(Offer)
            .where(
                Offer.edition_id == edition.id, Offer.state == "offered", Offer.expires_at <= now + timedelta(days=3)
            )
        ).scalar_one(),
        unreached=session.execute(
            select(func.count()).select_from(OpenTask).where(OpenTask.edition_id == edition.id)
        ).scalar_one(),
        campaigns=dict(
            session.execute(
                select(CampaignAtWork.state, func.count())
                .where(CampaignAtWork.edition_id == edition.id)
                .group_by(CampaignAtWork.state)
            ).all()
        ),
        confirmed=session.execute(
            select(func.count()).select_from(Place).where(Place.edition_id == edition.id, Place.confirmed)
        ).scalar_one(),
        my_reviews=reviews_due(session, edition_id=edition.id, person_id=person_id),
    )


def _proposed_by_state(session: Session, edition_id: UUID) -> dict[str, int]:
    rows = session.execute(
        select(ApplicationLine.state, func.count())
        .join_from(Decision, ApplicationLine, ApplicationLine.application_id == Decision.application_id)
        .where(*waiting(edition_id))
        .group_by(ApplicationLine.state)
    )
    return dict(rows.all())


@dataclass(frozen=True)
class LibraryWork:
    """What waits in the library: releases nobody sees yet, and publications that stand on no shelf."""

    drafts: int
    unshelved: int


def waiting_in_library(session: Session, *, edition_ids: Sequence[UUID] | None) -> LibraryWork:
    """Return what waits among the publications of these editions and of none; of all of them for None."""
    mine: ColumnElement[bool] = true()
    if edition_ids is not None:
        mine = or_(Shelving.edition_id.is_(None), Shelving.edition_id.in_(edition_ids))
    drafts, unshelved = session.execute(
        select(
            func.coalesce(func.sum(Shelving.drafts), 0),
            func.count().filter(and_(Shelving.is_published, not_(Shelving.is_shelved))),
        ).where(mine)
    ).one()
    return LibraryWork(int(drafts), unshelved)


def put_aside(session: Session) -> int:
    """Return how many reactions failed five times and wait for a human."""
    return session.execute(select(func.count()).select_from(Entry).where(Entry.state == "aside")).scalar_one()
