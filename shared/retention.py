"""How long what happened is kept. A fact lives as long as what it is about; an entry until nobody asks for it.

The ages are reasoned in ``docs/decisions/history.md`` and told to whoever runs the system in ``docs/operations.md``.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, inspect, or_, select, text, tuple_, update
from sqlalchemy.orm import Session

from shared.schema.base import Base
from shared.schema.outbox.entries import Entry, FactRow
from shared.schema.outbox.idempotency import IdempotencyKey
from shared.schema.outbox.kept_forms import KeptForm, KeptPage

DONE_LASTS: Final = timedelta(days=30)
"""A done entry says how quickly a reaction came, and that it came: of use while a complaint is fresh."""
PASSING_LASTS: Final = timedelta(days=90)
"""A link mailed for ten minutes is gone by then; who asked for one is of no more use."""
ANSWERED_LASTS: Final = timedelta(days=7)
"""Whoever repeats a request does so within minutes; a program that was down over a long weekend still may."""
PASSING: Final = ("link",)
"""Nouns whose rows do not last, so that what is told of them does not either."""


def delete_some(session: Session, row: type[Base], *due: ColumnElement[bool], limit: int) -> int:
    """Delete at most ``limit`` of the rows that are ``due``; return how many."""
    key = inspect(row).primary_key
    some = select(*key).where(*due).limit(limit)
    gone = delete(row).where(tuple_(*key).in_(some)).returning(*key).execution_options(synchronize_session=False)
    return len(session.execute(gone).all())


def delete_with_facts(session: Session, row: type[Base], *due: ColumnElement[bool], limit: int) -> int:
    """Delete at most ``limit`` rows that are ``due``, with all that was told of them; return how many.

    One of which somebody has still to hear stays until it was heard; one that somebody holds, until it is let go.
    """
    [key] = inspect(row).primary_key
    unheard = exists().where(Entry.fact_id == FactRow.id, FactRow.subject_id == key, Entry.state != "done")
    old = session.scalars(select(key).where(*due, ~unheard).limit(limit).with_for_update(skip_locked=True)).all()
    told = select(FactRow.id).where(FactRow.subject_id.in_(old))
    for gone in (
        delete(Entry).where(Entry.fact_id.in_(told)),
        delete(FactRow).where(FactRow.subject_id.in_(old)),
        delete(row).where(key.in_(old)),
    ):
        session.execute(gone, execution_options={"synchronize_session": False})
    return len(old)


def prune_entries(session: Session, *, now: datetime, limit: int) -> int:
    """Delete at most ``limit`` entries done long ago; what waits or was put aside stays. Return how many."""
    return delete_some(session, Entry, Entry.state == "done", Entry.done_at < now - DONE_LASTS, limit=limit)


def prune_idempotency_keys(session: Session, *, now: datetime, limit: int) -> int:
    """Delete at most ``limit`` keys of requests that nobody repeats any more; return how many."""
    return delete_some(session, IdempotencyKey, IdempotencyKey.created_at < now - ANSWERED_LASTS, limit=limit)


def prune_kept_forms(session: Session, *, now: datetime, limit: int) -> int:
    """Delete at most ``limit`` forms that were kept for a sign-in that never came; return how many."""
    return delete_some(session, KeptForm, KeptForm.expires_at <= now, limit=limit)


def prune_kept_pages(session: Session, *, now: datetime, limit: int) -> int:
    """Delete at most ``limit`` pages that nobody came back to; return how many."""
    return delete_some(session, KeptPage, KeptPage.expires_at <= now, limit=limit)


def prune_passing_facts(session: Session, *, now: datetime, limit: int) -> int:
    """Delete at most ``limit`` facts about what does not last, once nobody has to hear them; return how many."""
    unheard = exists().where(Entry.fact_id == FactRow.id)
    due = (FactRow.noun.in_(PASSING), FactRow.at < now - PASSING_LASTS, ~unheard)
    return delete_some(session, FactRow, *due, limit=limit)


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
