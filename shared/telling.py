"""Writing what happened: a row for each subject, and an entry for each who has to hear of it.

In the transaction of the change it describes, so that neither is ever without the other.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.clock import now
from shared.context import request_id
from shared.database import after_commit
from shared.deeds import Deed
from shared.facts.base import Fact, subject
from shared.facts.subscribers import SUBSCRIBERS
from shared.schema.base import new_id


@dataclass(frozen=True)
class Happened:
    """What happened to one subject: the states left and reached, whom and what it concerns, and what others hear.

    ``details`` may hold personal data; a fact never does.
    """

    subject_id: UUID | None
    before: str | None
    after: str | None
    edition_id: UUID | None = None
    person_id: UUID | None = None
    fact: Fact | None = None
    details: Mapping[str, object] = field(default_factory=dict)


def record(session: Session, fact: Fact, deed: Deed | None = None, *, rest: timedelta = timedelta(0)) -> UUID:
    """Write ``fact``, which goes with no change of a state, into the transaction of ``session``; return its id.

    Nobody reacts to it before it has rested.
    """
    happened = Happened(
        subject(fact, f"{fact.noun}_id"),
        None,
        None,
        edition_id=subject(fact, "edition_id"),
        person_id=subject(fact, "person_id"),
        fact=fact,
    )
    [fact_id] = tell(session, fact.noun, [happened], deed or Deed(None, now()), rest=rest)
    return fact_id


def tell(
    session: Session, noun: str, happened: Sequence[Happened], deed: Deed, *, rest: timedelta = timedelta(0)
) -> list[UUID]:
    """Write what happened to subjects of one noun, and one entry for each who has to hear it; return the rows' ids.

    After the commit each subscriber's bell rings; who hears it reacts once it has rested.
    """
    if not happened:
        return []
    ids = [new_id() for _ in happened]
    entries = [
        (new_id(), fact_id, subscriber)
        for fact_id, one in zip(ids, happened, strict=True)
        if one.fact is not None
        for subscriber in SUBSCRIBERS.get(type(one.fact), ())
    ]
    session.connection().execute(
        _TELL,
        {
            "noun": noun,
            "by": deed.by,
            "at": deed.at,
            "why": deed.why,
            "request_id": request_id(),
            "ids": ids,
            "subjects": [one.subject_id for one in happened],
            "befores": [one.before for one in happened],
            "afters": [one.after for one in happened],
            "editions": [one.edition_id for one in happened],
            "persons": [one.person_id for one in happened],
            "details": [json.dumps(one.details) if one.details else "{}" for one in happened],
            "names": [type(one.fact).__name__ if one.fact else "" for one in happened],
            "payloads": [one.fact.model_dump_json() if one.fact else "{}" for one in happened],
            "entries": [entry_id for entry_id, _fact, _subscriber in entries],
            "facts": [fact_id for _entry, fact_id, _subscriber in entries],
            "rest": rest,
            "subscribers": [subscriber for _entry, _fact, subscriber in entries],
        },
    )
    ring_after_commit(session, {subscriber for _entry, _fact, subscriber in entries})
    return ids


_TELL: Final = text("""
WITH told AS (
    INSERT INTO outbox.fact (id, noun, subject_id, before, after, edition_id, person_id, actor_id, at, why, details,
                             name, payload, request_id)
    SELECT one.id, :noun, one.subject_id, one.before, one.after, one.edition_id, one.person_id, CAST(:by AS uuid), :at,
           :why, CAST(one.details AS jsonb), one.name, CAST(one.payload AS jsonb), :request_id
    FROM unnest(CAST(:ids AS uuid[]), CAST(:subjects AS uuid[]), CAST(:befores AS text[]), CAST(:afters AS text[]),
                CAST(:editions AS uuid[]), CAST(:persons AS uuid[]), CAST(:details AS text[]), CAST(:names AS text[]),
                CAST(:payloads AS text[]))
         AS one (id, subject_id, before, after, edition_id, person_id, details, name, payload)
)
INSERT INTO outbox.entry (id, fact_id, subscriber, not_before)
SELECT one.id, one.fact_id, one.subscriber, clock_timestamp() + CAST(:rest AS interval)
FROM unnest(CAST(:entries AS uuid[]), CAST(:facts AS uuid[]), CAST(:subscribers AS text[]))
     AS one (id, fact_id, subscriber)""")
"""One journey to PostgreSQL for any number of facts and their entries: every deed of every service passes here."""


def ring_after_commit(session: Session, queues: Iterable[str]) -> None:
    """Ring each queue's bell once after the commit, however often it is asked for within one transaction."""
    bell = session.info.get("bell")
    before: set[str] = session.info.setdefault("rung", set())
    for queue in set(queues) - before:
        before.add(queue)
        if bell is not None:
            after_commit(session, lambda queue=queue: bell.ring(queue))  # type: ignore[misc]


def rung(session: Session) -> Collection[str]:
    """Return the queues for which this transaction leaves work."""
    found: set[str] = session.info.get("rung", set())
    return found
