"""What waits for the desk today. Numbers that lead to an act, none that only flatter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.registration.queries.places import Pool, pool
from services.registration.rules.applications import DECIDABLE
from shared.schema.notifications.published import OpenTask
from shared.schema.outbox.entries import Entry
from shared.schema.registration import Application, Decision, Edition, Offer


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

    @property
    def undecided(self) -> int:
        """Applications nobody has proposed a decision for."""
        return self.states.get("submitted", 0) + self.states.get("under_review", 0) - self.proposed

    @property
    def total(self) -> int:
        """Applications that count or counted."""
        return sum(count for state, count in self.states.items() if state != "draft")


def waiting_in(session: Session, edition: Edition, *, now: datetime) -> Waiting:
    """Return what waits in ``edition``: states, proposals, offers that end within three days."""
    states = session.execute(
        select(Application.state, func.count()).where(Application.edition_id == edition.id).group_by(Application.state)
    )
    return Waiting(
        edition=edition,
        pool=pool(session, edition.id),
        states=dict(states.all()),
        proposed=_count_proposed(session, edition.id, states=("submitted", "under_review")),
        to_release=_count_proposed(session, edition.id, states=tuple(DECIDABLE)),
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
    )


def _count_proposed(session: Session, edition_id: UUID, *, states: Sequence[str]) -> int:
    return session.execute(
        select(func.count())
        .select_from(Decision)
        .join(Application, Application.id == Decision.application_id)
        .where(
            Decision.edition_id == edition_id,
            Decision.state == "proposed",
            Decision.batch_id.is_(None),
            Application.state.in_(states),
        )
    ).scalar_one()


def put_aside(session: Session) -> int:
    """Return how many reactions failed five times and wait for a human."""
    return session.execute(select(func.count()).select_from(Entry).where(Entry.state == "aside")).scalar_one()
