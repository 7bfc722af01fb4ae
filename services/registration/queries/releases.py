"""What is proposed, frozen and known: what the release itself has to look at, locked in the order all deeds lock.

Applications come first and by their ids, as whoever proposes or withdraws holds them: two who meet wait one for the
other, never each for the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import repeat
from typing import Protocol, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, cast as cast_to, func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from services.registration.rules.applications import DECIDABLE
from services.registration.rules.decisions import Outcome
from shared.schema.people.published import Addressable
from shared.schema.registration import Application, Decision, DecisionBatch, Edition

_FrozenRow = tuple[UUID, UUID, UUID, Outcome, str]


class Listed(Protocol):
    """What a batch is known by."""

    @property
    def decision_id(self) -> UUID:
        """Which decision it is."""

    @property
    def outcome(self) -> Outcome:
        """What it would make known."""


@dataclass(frozen=True)
class Proposals:
    """Everything proposed, as far as freezing it has to know: how many by outcome and language of the mail.

    ``digest`` is the fingerprint that :func:`services.registration.actions.releases.digest` gives of the same batch.
    """

    digest: str
    counts: Sequence[tuple[Outcome, str, int]]

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


@dataclass(frozen=True)
class ReleasedOne:
    """A decision of a batch that was released, and the language it is told in."""

    decision_id: UUID
    outcome: Outcome
    locale: str


@dataclass(frozen=True)
class LastRelease:
    """A release with its decisions, in the order of proposals."""

    batch_id: UUID
    known_from: datetime
    decisions: Sequence[ReleasedOne]


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
    rows = session.execute(
        select(Decision.id, Decision.outcome, Addressable.locale)
        .join(Application, Application.id == Decision.application_id)
        .join(Addressable, Addressable.id == Application.person_id)
        .where(Decision.batch_id == newest.id)
        .order_by(Decision.id)
    )
    decisions = [ReleasedOne(decision_id, cast("Outcome", outcome), locale) for decision_id, outcome, locale in rows]
    return LastRelease(newest.id, newest.known_from, decisions)


def own_proposals(session: Session, *, edition_id: UUID, by: UUID | None) -> int:
    """Return how many of the decisions that wait were proposed by this person, where the edition asks for another."""
    return session.execute(
        select(func.count())
        .select_from(Decision)
        .join(Application, Application.id == Decision.application_id)
        .join(Edition, Edition.id == Decision.edition_id)
        .where(*_waiting(edition_id), Application.state.in_(DECIDABLE))
        .where(Edition.second_releaser, Decision.proposed_by == by)
    ).scalar_one()


def is_known(session: Session, *, batch_id: UUID) -> bool:
    """Say whether any decision of a batch is known."""
    known = select(Decision.id).where(Decision.batch_id == batch_id, Decision.released_at.is_not(None)).exists()
    return bool(session.execute(select(known)).scalar_one())


def bound_ids(batch_id: UUID) -> Select[UUID]:
    """Return a look-up of the decisions that a frozen batch holds."""
    return select(Decision.id).where(Decision.batch_id == batch_id, Decision.state == "proposed")


def locked_proposals(session: Session, *, edition_id: UUID) -> Proposals:
    """Return what is proposed and hold the applications. Counted by PostgreSQL: a batch may be ten thousand rows."""
    held = (
        select(Application.id)
        .join(Decision, Decision.application_id == Application.id)
        .where(*_waiting(edition_id))
        .order_by(Application.id)
        .with_for_update(of=Application)
        .subquery()
    )
    session.execute(select(func.count()).select_from(held))  # only the locks are wanted
    named = func.concat(cast_to(Decision.id, Text), Decision.outcome)
    seen = func.coalesce(func.string_agg(named, aggregate_order_by(literal("|"), Decision.id)), "")
    of_waiting = (
        select(func.encode(func.sha256(func.convert_to(seen, "UTF8")), "hex"))
        .join_from(Decision, Application, Application.id == Decision.application_id)
        .where(*_waiting(edition_id), Application.state.in_(DECIDABLE))
    )
    counts = session.execute(
        select(Decision.outcome, Addressable.locale, func.count())
        .join(Application, Application.id == Decision.application_id)
        .join(Addressable, Addressable.id == Application.person_id)
        .where(*_waiting(edition_id), Application.state.in_(DECIDABLE))
        .group_by(Decision.outcome, Addressable.locale)
    )
    found = [cast("tuple[Outcome, str, int]", tuple(row)) for row in counts]
    return Proposals(session.execute(of_waiting).scalar_one()[:32], found)


def waiting_ids(edition_id: UUID) -> Select[UUID]:
    """Return a look-up of the decisions that a release begun now would make known."""
    return (
        select(Decision.id)
        .join(Application, Application.id == Decision.application_id)
        .where(*_waiting(edition_id), Application.state.in_(DECIDABLE))
    )


def _waiting(edition_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return Decision.edition_id == edition_id, Decision.state == "proposed", Decision.batch_id.is_(None)


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
    days = session.execute(
        select(Edition.offer_days)
        .join(DecisionBatch, DecisionBatch.edition_id == Edition.id)
        .where(DecisionBatch.id == batch_id)
    ).scalar_one()
    return Instalment(
        [FrozenDecision(*cast("_FrozenRow", row)) for row in rows], more=len(next_ones) > limit, offer_days=days
    )


def released_of(session: Session, *, application_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """Return the decision that is known for each of these applications, for those that have one."""
    rows = session.execute(
        select(Decision.application_id, Decision.id).where(
            Decision.application_id.in_(application_ids), Decision.state == "released"
        )
    )
    return dict(rows.all())
