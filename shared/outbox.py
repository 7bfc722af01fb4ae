"""The row is the work; the task is the doorbell.

:mod:`shared.telling` writes a fact and one entry per subscriber in the transaction of the change it describes.
:func:`drain` claims an entry, runs the reaction and marks the entry done in one transaction, so each reaction's effect
happens exactly once whatever dies in between. The bell only makes it quick: rings may be lost, doubled or late.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import Integer, Select, bindparam, case, func, select, text, update
from sqlalchemy.orm import Session

from shared.context import within_request
from shared.database import Database
from shared.facts.base import Fact
from shared.facts.subscribers import SUBSCRIBERS
from shared.schema.outbox.entries import Entry, FactRow
from shared.telling import record, ring_after_commit, rung

__all__ = ["Heard", "Reactions", "drain", "drain_after_death", "record", "retry_entries", "ring_after_commit"]

log = logging.getLogger(__name__)

FAILURES_ALLOWED: Final = 5
"""An entry whose reaction failed this often is put aside for a human."""
RESTS: Final = (timedelta(seconds=2), timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5))
"""How long an entry rests after its first, second, third and fourth failure."""

TOGETHER: Final = 20
"""So many entries at most share a transaction, and its commit."""
TOGETHER_SECONDS: Final = 0.25
"""After so long a transaction takes no further entry of those it has claimed."""

AnyFact = TypeVar("AnyFact", bound=Fact)
Reaction = Callable[[Session, AnyFact, "Heard"], None]


@dataclass(frozen=True)
class Heard:
    """What a reaction is told beside the fact: when it happened, when it is now, and which try this is (from 1)."""

    fact_id: UUID
    recorded_at: datetime
    now: datetime
    attempt: int


class Reactions:
    """What one service does about the facts it hears: one reaction per fact."""

    def __init__(self, subscriber: str) -> None:
        self.subscriber = subscriber
        self._by_name: dict[str, tuple[type[Fact], Reaction[Fact]]] = {}

    def hear(self, fact_type: type[AnyFact]) -> Callable[[Reaction[AnyFact]], Reaction[AnyFact]]:
        """Register the decorated function as this service's reaction to ``fact_type``.

        It runs inside a transaction that also marks the entry done: it changes rows and records facts, and does
        nothing that cannot be rolled back.
        """

        def register(reaction: Reaction[AnyFact]) -> Reaction[AnyFact]:
            if self.subscriber not in SUBSCRIBERS.get(fact_type, ()):
                message = f"{self.subscriber} does not subscribe to {fact_type.__name__}"
                raise TypeError(message)
            if fact_type.__name__ in self._by_name:
                message = f"{self.subscriber} already reacts to {fact_type.__name__}"
                raise TypeError(message)
            self._by_name[fact_type.__name__] = (fact_type, reaction)  # type: ignore[assignment]
            return reaction

        return register

    @property
    def heard(self) -> frozenset[str]:
        """The names of the facts this service reacts to."""
        return frozenset(self._by_name)

    def react(self, session: Session, name: str, payload: dict[str, object], heard: Heard) -> None:
        """Run the reaction to the fact called ``name``; LookupError when there is none."""
        fact_type, reaction = self._by_name[name]
        reaction(session, fact_type.read(payload), heard)


@dataclass(frozen=True)
class Drained:
    """What one call of :func:`drain` did; ``more`` says that time ran out before the work did."""

    done: int
    failed: int
    more: bool


def drain(database: Database, reactions: Reactions, *, seconds: float, now: Callable[[], datetime]) -> Drained:
    """React to waiting entries of one service until none is due or ``seconds`` have passed.

    Several entries at a time share a transaction. When a reaction among them fails all of it is undone, and each of
    them gets a transaction of its own. Any number of workers may drain the same queue at once; locked entries are
    skipped.
    """
    done = failed = alone = 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        most = 1 if alone else TOGETHER
        try:
            with database.transaction() as session:
                tried, reacted = _react_to_next(session, reactions, most=most, now=now)
                heard_itself = reactions.subscriber in rung(session)
        except _ReactionFailed as failure:
            if most == 1:
                failed += 1
                _note_failure(database, failure.entry_id, failure.__cause__, now=now(), counted=False)
            else:
                log.warning("a reaction failed among others; now one at a time", extra={"failed": str(failure)})
                alone = most + 1
        else:
            done += reacted
            if reacted == tried < most and not heard_itself:
                return Drained(done=done, failed=failed, more=False)
        alone = max(0, alone - 1)
    return Drained(done=done, failed=failed, more=True)


def drain_after_death(
    database: Database, reactions: Reactions, *, seconds: float, now: Callable[[], datetime]
) -> Drained:
    """Do as :func:`drain`, but one entry at a time, and count each try before it is made.

    For a task that is delivered again because its worker died: the entry that killed it left no trace, and would kill
    the next one. Counted beforehand, the fifth death puts it aside.
    """
    done = failed = 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        _count_try(database, reactions.subscriber)
        try:
            with database.transaction() as session:
                _tried, reacted = _react_to_next(session, reactions, most=1, now=now)
        except _ReactionFailed as failure:
            failed += 1
            _note_failure(database, failure.entry_id, failure.__cause__, now=now(), counted=True)
            continue
        if not reacted:
            return Drained(done=done, failed=failed, more=False)
        done += reacted
    return Drained(done=done, failed=failed, more=True)


class _ReactionFailed(Exception):  # noqa: N818 - carries the entry out of the transaction, is never seen by anyone
    def __init__(self, entry_id: UUID) -> None:
        super().__init__(str(entry_id))
        self.entry_id = entry_id


def _next() -> Select[UUID, int]:
    """Ask for the first entries that are due and nobody else works on, and lock them."""
    return (
        select(Entry.id, Entry.attempts)
        .where(Entry.subscriber == bindparam("subscriber"), Entry.state == "waiting")
        .where(Entry.not_before <= func.clock_timestamp())
        .order_by(Entry.id)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(of=Entry, skip_locked=True)
    )


# Put together once: building a statement costs more than running it.
_NEXT: Final = _next()
_CLAIM: Final[Select[Any]] = (
    _next()
    .join(FactRow, FactRow.id == Entry.fact_id)
    .add_columns(FactRow.id, FactRow.name, FactRow.payload, FactRow.recorded_at, FactRow.request_id)
)
_DONE: Final = text(
    "UPDATE outbox.entry SET state = 'done', done_at = clock_timestamp(), last_error = NULL WHERE id = ANY(:ids)"
)


def _count_try(database: Database, subscriber: str) -> None:
    """Count the coming try of the next entry; one whose tries are used up is put aside instead."""
    with database.transaction() as session:
        row = session.execute(_NEXT, {"subscriber": subscriber, "most": 1}).first()
        if row is not None:
            used_up = row.attempts >= FAILURES_ALLOWED
            aside = {"state": "aside", "last_error": "the worker died"}
            change = aside if used_up else {"attempts": row.attempts + 1}
            session.execute(update(Entry).where(Entry.id == row.id).values(**change))


def _react_to_next(
    session: Session, reactions: Reactions, *, most: int, now: Callable[[], datetime]
) -> tuple[int, int]:
    """React to at most ``most`` entries; return how many there were, and to how many there was time to react.

    The others are let go by the commit: what one reaction has locked waits for those that share its transaction.
    """
    rows = session.connection().execute(_CLAIM, {"subscriber": reactions.subscriber, "most": most}).all()
    end = time.monotonic() + TOGETHER_SECONDS
    done = []
    for entry_id, attempts, fact_id, name, payload, recorded_at, caused_by in rows:
        heard = Heard(fact_id=fact_id, recorded_at=recorded_at, now=now(), attempt=attempts + 1)
        try:
            with within_request(caused_by):
                reactions.react(session, name, payload, heard)
                session.flush()  # a constraint broken by the reaction must count as its failure
        except Exception as error:
            raise _ReactionFailed(entry_id) from error
        session.expunge_all()  # the next reaction looks for itself
        done.append(entry_id)
        if time.monotonic() >= end:
            break
    if done:
        session.connection().execute(_DONE, {"ids": done})
    return len(rows), len(done)


def _note_failure(
    database: Database, entry_id: UUID, error: BaseException | None, *, now: datetime, counted: bool
) -> None:
    """Count the failure unless its try was counted before; the fifth puts the entry aside.

    The text keeps the kind of error, not personal data.
    """
    log.error("reaction failed", exc_info=error, extra={"entry_id": str(entry_id)})
    attempts = Entry.attempts + (0 if counted else 1)
    rest = case(*((attempts == tries, now + pause) for tries, pause in enumerate(RESTS, start=1)), else_=now)
    with database.transaction() as session:
        session.execute(
            update(Entry)
            .where(Entry.id == entry_id, Entry.state == "waiting")
            .values(
                attempts=attempts,
                state=case((attempts >= FAILURES_ALLOWED, "aside"), else_="waiting"),
                not_before=rest,
                last_error=f"{type(error).__module__}.{type(error).__qualname__}",
            )
        )


def retry_entries(session: Session, *, entry_ids: Iterable[UUID]) -> int:
    """Let entries that were put aside wait again from a clean slate; return how many there were."""
    result = session.execute(
        update(Entry)
        .where(Entry.id.in_(list(entry_ids)), Entry.state == "aside")
        .values(state="waiting", attempts=0, not_before=func.clock_timestamp())
        .returning(Entry.subscriber)
    )
    subscribers = result.scalars().all()
    ring_after_commit(session, set(subscribers))
    return len(subscribers)
