"""Releases as the desk's pages show them: how far each has become known, and who is in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from services.registration.errors import ReleaseUnknown
from services.registration.rules.decisions import Outcome
from shared.schema.people.published import Addressable
from shared.schema.registration import Application, ApplicationLine, Decision, DecisionBatch

SORTED: Final = 2_000
"""The largest release whose names are sorted: sorting more would keep the reader waiting, and who reads on for long?"""

_InRow = tuple[UUID, UUID, str, str, str, Outcome, str]


@dataclass(frozen=True)
class PastRelease:
    """One release as the desk reads it. ``known`` of ``decisions`` are known; ``counts`` are by outcome."""

    id: UUID
    known_from: datetime
    released_at: datetime
    by: str
    counts: dict[str, int]
    decisions: int
    known: int
    finished: bool


def releases_of(session: Session, *, edition_id: UUID) -> list[PastRelease]:
    """Return the releases of an edition, the newest first."""
    return _releases(session, DecisionBatch.edition_id == edition_id)


def release_with(session: Session, *, edition_id: UUID, batch_id: UUID) -> PastRelease:
    """Return one release of an edition; refuses with :class:`ReleaseUnknown`."""
    found = _releases(session, DecisionBatch.edition_id == edition_id, DecisionBatch.id == batch_id)
    if not found:
        raise ReleaseUnknown
    return found[0]


def is_gone(session: Session, *, batch_id: UUID) -> bool:
    """Say whether a release is there no more: it was taken back."""
    return session.scalar(select(DecisionBatch.id).where(DecisionBatch.id == batch_id)) is None


@dataclass(frozen=True)
class InRelease:
    """A decision of a release, and whom it is for. Two of one name are told apart by their address."""

    id: UUID
    application_id: UUID
    name: str
    email: str
    country: str
    outcome: Outcome
    locale: str


def decisions_in(session: Session, *, release: PastRelease, limit: int, offset: int) -> list[InRelease]:
    """Return one page of the decisions of a release that are to become known or are, by outcome and name.

    Of more than ``SORTED`` those with one outcome stand in the order of proposing.
    """
    page = (
        select(Decision.id)
        .where(Decision.batch_id == release.id, Decision.state.in_(("proposed", "released")))
        .offset(offset)
        .limit(limit)
    )
    if release.decisions <= SORTED:
        page = page.join(ApplicationLine, ApplicationLine.application_id == Decision.application_id)
        page = page.order_by(Decision.outcome, ApplicationLine.name_as, Decision.id)
    else:
        page = page.order_by(Decision.outcome, Decision.id)
    ids = list(session.execute(page).scalars())
    rows = session.execute(
        select(
            Decision.id,
            Application.id,
            Application.name,
            Application.email,
            Application.country,
            Decision.outcome,
            Addressable.locale,
        )
        .join(Application, Application.id == Decision.application_id)
        .join(Addressable, Addressable.id == Application.person_id)
        .where(Decision.id.in_(ids))
    )
    found = {row[0]: InRelease(*cast("_InRow", tuple(row))) for row in rows}
    return [found[one] for one in ids if one in found]


def _releases(session: Session, *wanted: ColumnElement[bool]) -> list[PastRelease]:
    rows = session.execute(
        select(
            DecisionBatch,
            func.coalesce(Addressable.name, ""),
            Decision.outcome,
            func.count(Decision.id),
            func.count(Decision.released_at),
        )
        .join(Decision, Decision.batch_id == DecisionBatch.id)
        .outerjoin(Addressable, Addressable.id == DecisionBatch.released_by)
        .where(*wanted)
        .group_by(DecisionBatch.id, Addressable.name, Decision.outcome)
        .order_by(DecisionBatch.released_at.desc(), DecisionBatch.id)
    )
    found: dict[UUID, tuple[DecisionBatch, str, dict[str, int], list[int]]] = {}
    for batch, by, outcome, count, known in rows:
        one = found.setdefault(batch.id, (batch, by, {}, []))
        one[2][outcome] = count
        one[3].append(known)
    return [
        PastRelease(
            id=batch.id,
            known_from=batch.known_from,
            released_at=batch.released_at,
            by=by,
            counts=counts,
            decisions=batch.decisions,
            known=sum(known),
            finished=batch.state == "finished",
        )
        for batch, by, counts, known in found.values()
    ]
