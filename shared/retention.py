"""How long what happened is kept. A fact lives as long as what it is about; an entry until nobody asks for it.

The ages are reasoned in ``docs/decisions/history.md`` and told to whoever runs the system in ``docs/operations.md``.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, or_, select, text, update
from sqlalchemy.orm import Session

from shared.schema.outbox.entries import Entry, FactRow

DONE_LASTS: Final = timedelta(days=30)
"""A done entry says how quickly a reaction came, and that it came: of use while a complaint is fresh."""
PASSING_LASTS: Final = timedelta(days=90)
"""A link mailed for ten minutes is gone by then; who asked for one is of no more use."""
PASSING: Final = ("link",)
"""Nouns whose rows do not last, so that what is told of them does not either."""


def prune_entries(session: Session, *, now: datetime, limit: int) -> int:
    """Delete at most ``limit`` entries done long ago; what waits or was put aside stays. Return how many."""
    old = (
        select(Entry.id)
        .where(Entry.state == "done", Entry.done_at < now - DONE_LASTS)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return len(session.execute(delete(Entry).where(Entry.id.in_(old)).returning(Entry.id)).all())


def prune_passing_facts(session: Session, *, now: datetime, limit: int) -> int:
    """Delete at most ``limit`` facts about what does not last, once nobody has to hear them; return how many."""
    old = (
        select(FactRow.id)
        .where(FactRow.noun.in_(PASSING), FactRow.at < now - PASSING_LASTS)
        .where(~exists().where(Entry.fact_id == FactRow.id))
        .limit(limit)
    )
    return len(session.execute(delete(FactRow).where(FactRow.id.in_(old)).returning(FactRow.id)).all())


def forget_words(session: Session, *, person_id: UUID, subject_ids: Collection[UUID] = ()) -> int:
    """Empty every ``why`` and every ``details`` about a person or about ``subject_ids``, such as a draft's.

    That it happened, and when, stays: ids, states and moments are no words of anybody. Return how many rows changed.
    """
    about: ColumnElement[bool] = or_(FactRow.person_id == person_id, FactRow.by == person_id)
    if subject_ids:
        about = or_(about, FactRow.subject_id.in_(subject_ids))
    emptied = session.execute(
        update(FactRow)
        .where(about, or_(FactRow.why != "", FactRow.details != text("'{}'::jsonb")))
        .values(why="", details={})
        .returning(FactRow.id)
        .execution_options(synchronize_session=False)
    )
    return len(emptied.all())
