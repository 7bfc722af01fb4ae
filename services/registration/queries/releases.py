"""What is proposed, frozen and known: what the release itself has to look at, locked in the order all deeds lock.

Applications come first and by their ids, as whoever proposes or withdraws holds them: two who meet wait one for the
other, never each for the other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from itertools import repeat
from operator import xor
from typing import cast
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from services.registration.queries.decisions import waiting, waiting_ids
from services.registration.rules.applications import DECIDABLE
from services.registration.rules.decisions import Outcome
from shared.schema.people.published import Addressable
from shared.schema.registration import Application, ApplicationLine, Decision, DecisionBatch, Edition

_FrozenRow = tuple[UUID, UUID, UUID, Outcome, str]


@dataclass(frozen=True)
class Proposals:
    """A batch as far as freezing it has to know: how many by outcome and language of the mail.

    ``digest`` is a fingerprint of which decisions are in it, so that what is released is what was looked at.
    """

    digest: str
    counts: Sequence[tuple[Outcome, str, int]]

    @property
    def total(self) -> int:
        """How many decisions are in it."""
        return sum(number for _outcome, _locale, number in self.counts)

    @property
    def accepts(self) -> int:
        """How many of them give a place."""
        return sum(number for outcome, _locale, number in self.counts if outcome == "accept")

    @property
    def mails(self) -> Iterator[tuple[Outcome, str]]:
        """Outcome and language, once for each decision."""
        for outcome, locale, number in self.counts:
            yield from repeat((outcome, locale), number)


@dataclass(frozen=True)
class FrozenDecision:
    """A decision of a frozen batch that is not known yet."""

    decision_id: UUID
    application_id: UUID
    person_id: UUID
    outcome: Outcome
    application_state: str


@dataclass(frozen=True)
class Instalment:
    """The next decisions of a frozen batch, and whether others follow them."""

    decisions: Sequence[FrozenDecision]
    more: bool
    offer_days: int
    time_zone: str


@dataclass(frozen=True)
class LastRelease:
    """A release, and what it froze."""

    batch_id: UUID
    known_from: datetime
    frozen: Proposals


def last_release(session: Session, *, edition_id: UUID, by: UUID | None) -> LastRelease | None:
    """Return the edition's last release; None if there is none or it was somebody else's."""
    newest = session.execute(
        select(DecisionBatch.id, DecisionBatch.released_by, DecisionBatch.known_from)
        .where(DecisionBatch.edition_id == edition_id)
        .order_by(DecisionBatch.released_at.desc())
        .limit(1)
    ).first()
    if newest is None or newest.released_by != by:
        return None
    return LastRelease(newest.id, newest.known_from, _summed_up(session, Decision.batch_id == newest.id))


def waiting_batch(session: Session, *, edition_id: UUID) -> Proposals:
    """Return what is proposed, as releasing it would make it known."""
    return _summed_up(session, *waiting(edition_id), ApplicationLine.state.in_(DECIDABLE))


def own_proposals(session: Session, *, edition_id: UUID, by: UUID | None) -> int:
    """Return how many of the decisions that wait were proposed by this person, where the edition asks for another."""
    asked = select(Edition.id).where(Edition.id == edition_id, Edition.second_releaser)
    if session.execute(asked).first() is None:
        return 0
    mine = waiting_ids(edition_id).where(Decision.proposed_by == by)
    return session.execute(select(func.count()).select_from(mine.subquery())).scalar_one()


def is_known(session: Session, *, batch_id: UUID) -> bool:
    """Say whether any decision of a batch is known."""
    known = select(Decision.id).where(Decision.batch_id == batch_id, Decision.released_at.is_not(None)).exists()
    return bool(session.execute(select(known)).scalar_one())


def bound(batch_id: UUID) -> tuple[ColumnElement[bool], ...]:
    """Return what holds of a decision that a frozen batch holds."""
    return Decision.batch_id == batch_id, Decision.state == "proposed"


def locked_proposals(session: Session, *, edition_id: UUID) -> Proposals:
    """Return what is proposed and hold the applications."""
    held = (
        select(Application.id)
        .join(Decision, Decision.application_id == Application.id)
        .where(*waiting(edition_id))
        .order_by(Application.id)
        .with_for_update(of=Application)
        .subquery()
    )
    session.execute(select(func.count()).select_from(held))  # only the locks are wanted
    return waiting_batch(session, edition_id=edition_id)


def _summed_up(session: Session, *conditions: ColumnElement[bool]) -> Proposals:
    """Count and mix by PostgreSQL: a batch may be a hundred thousand rows, and in no order.

    A decision never changes its outcome, so its id stands for it; the ids' hashes are mixed, 128 bits of them.
    """
    mixed = [func.bit_xor(func.uuid_hash_extended(Decision.id, seed)) for seed in (0, 1)]
    rows = session.execute(
        select(Decision.outcome, Addressable.locale, func.count(), *mixed)
        .join_from(Decision, ApplicationLine, ApplicationLine.application_id == Decision.application_id)
        .join(Addressable, Addressable.id == ApplicationLine.person_id)
        .where(*conditions)
        .group_by(Decision.outcome, Addressable.locale)
    ).all()
    total = sum(number for _outcome, _locale, number, *_mixed in rows)
    ones, others = (reduce(xor, (row[place] for row in rows), 0) for place in (3, 4))
    digest = hashlib.sha256(f"{total}|{ones}|{others}".encode()).hexdigest()[:32]
    counts = sorted((cast("Outcome", outcome), locale, number) for outcome, locale, number, *_mixed in rows)
    return Proposals(digest, counts)


def locked_batch(session: Session, *, batch_id: UUID) -> DecisionBatch | None:
    """Return a batch and hold its row: of two workers who hear of it one goes first."""
    return session.get(DecisionBatch, batch_id, with_for_update=True, populate_existing=True)


def locked_part(session: Session, *, batch_id: UUID, limit: int) -> Instalment:
    """Return the next ``limit`` decisions of a frozen batch and hold their applications."""
    bound = select(Decision.id, Decision.application_id).where(
        Decision.batch_id == batch_id, Decision.state == "proposed"
    )
    next_ones = session.execute(bound.order_by(Decision.id).limit(limit + 1)).all()
    chosen = next_ones[:limit]
    held = (
        select(Application.id)
        .where(Application.id.in_([one.application_id for one in chosen]))
        .order_by(Application.id)
        .with_for_update()
        .subquery()
    )
    session.execute(select(func.count()).select_from(held))  # only the locks are wanted
    rows = session.execute(
        select(Decision.id, Application.id, Application.person_id, Decision.outcome, Application.state)
        .join(Application, Application.id == Decision.application_id)
        .where(Decision.id.in_([one.id for one in chosen]), Decision.state == "proposed")
        .order_by(Decision.id)
    )
    days, zone = session.execute(
        select(Edition.offer_days, Edition.time_zone)
        .join(DecisionBatch, DecisionBatch.edition_id == Edition.id)
        .where(DecisionBatch.id == batch_id)
    ).one()
    decisions = [FrozenDecision(*cast("_FrozenRow", row)) for row in rows]
    return Instalment(decisions, more=len(next_ones) > limit, offer_days=days, time_zone=zone)


def released_of(session: Session, *, application_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """Return the decision that is known for each of these applications, for those that have one."""
    rows = session.execute(
        select(Decision.application_id, Decision.id).where(
            Decision.application_id.in_(application_ids), Decision.state == "released"
        )
    )
    return dict(rows.all())
