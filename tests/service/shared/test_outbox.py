from __future__ import annotations

import threading
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from sqlalchemy import func, insert, select, text

from shared.clock import now
from shared.facts.registration import OfferAccepted
from shared.outbox import FAILURES_ALLOWED, TOGETHER, Heard, Reactions, drain, record, retry_entries
from shared.schema.outbox.entries import Entry, FactRow

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from shared.database import Database


def offer_accepted() -> OfferAccepted:
    return OfferAccepted(offer_id=uuid4(), enrolment_id=uuid4(), person_id=uuid4(), edition_id=uuid4())


def states(database: Database) -> list[tuple[str, str, int]]:
    with database.reading() as session:
        rows = session.execute(select(Entry.subscriber, Entry.state, Entry.attempts).order_by(Entry.subscriber))
        return [(subscriber, state, attempts) for subscriber, state, attempts in rows]


def due_again(database: Database) -> None:
    with database.transaction() as session:
        session.execute(text("UPDATE outbox.entry SET not_before = now()"))


class Bells:
    def __init__(self) -> None:
        self.rung: list[str] = []

    def ring(self, queue: str) -> None:
        self.rung.append(queue)


def test_a_fact_becomes_one_entry_per_subscriber_and_rings_each_bell_once(
    registration_database: Database,
) -> None:
    bells = Bells()
    registration_database.bell = bells
    try:
        with registration_database.transaction() as session:
            record(session, offer_accepted())
            record(session, offer_accepted())
            assert bells.rung == []
    finally:
        registration_database.bell = None
    assert sorted(bells.rung) == ["materials", "notifications"]
    assert states(registration_database) == [("materials", "waiting", 0)] * 2 + [("notifications", "waiting", 0)] * 2


def test_a_fact_of_an_action_that_failed_never_happened(registration_database: Database) -> None:
    def accept_then_fail() -> None:
        with registration_database.transaction() as session:
            record(session, offer_accepted())
            raise RuntimeError("changed my mind")

    with pytest.raises(RuntimeError, match="changed my mind"):
        accept_then_fail()
    assert states(registration_database) == []


def test_eight_workers_react_to_each_fact_exactly_once(
    registration_database: Database, materials_database: Database
) -> None:
    heard: list[str] = []
    reactions = Reactions("materials")

    @reactions.hear(OfferAccepted)
    def note(session: Session, fact: OfferAccepted, _heard: Heard) -> None:
        heard.append(str(fact.offer_id))
        session.execute(text("SELECT pg_sleep(0.001)"))

    with registration_database.transaction() as session:
        for _ in range(200):
            record(session, offer_accepted())

    def work() -> None:
        drain(materials_database, reactions, seconds=20, now=now)

    workers = [threading.Thread(target=work) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(heard) == 200
    assert len(set(heard)) == 200
    with registration_database.reading() as session:
        left = session.scalar(select(func.count()).where(Entry.subscriber == "materials", Entry.state != "done"))
    assert left == 0


def test_a_reaction_that_fails_leaves_no_trace_and_is_put_aside_after_five_failures(
    registration_database: Database, materials_database: Database
) -> None:
    reactions = Reactions("materials")

    @reactions.hear(OfferAccepted)
    def write_then_fail(session: Session, _fact: OfferAccepted, _heard: Heard) -> None:
        session.execute(insert(FactRow).values(id=uuid4(), name="Trace", payload={}))
        raise LookupError("no such shelf")

    with registration_database.transaction() as session:
        record(session, offer_accepted())
    for _ in range(FAILURES_ALLOWED):
        due_again(registration_database)
        drained = drain(materials_database, reactions, seconds=5, now=now)
        assert (drained.done, drained.failed, drained.more) == (0, 1, False)
    assert ("materials", "aside", FAILURES_ALLOWED) in states(registration_database)
    with registration_database.reading() as session:
        assert session.scalar(select(func.count()).where(FactRow.name == "Trace")) == 0
        assert session.scalar(select(Entry.last_error).where(Entry.state == "aside")) == "builtins.LookupError"


def test_a_retried_entry_waits_again(registration_database: Database) -> None:
    with registration_database.transaction() as session:
        record(session, offer_accepted())
        session.execute(text("UPDATE outbox.entry SET state = 'aside', attempts = 5 WHERE subscriber = 'materials'"))
    with registration_database.transaction() as session:
        aside = session.scalars(select(Entry.id).where(Entry.state == "aside")).all()
        assert retry_entries(session, entry_ids=aside) == 1
    assert ("materials", "waiting", 0) in states(registration_database)


def test_entries_that_wait_together_share_a_transaction(
    registration_database: Database, materials_database: Database
) -> None:
    reactions = Reactions("materials")
    transactions: list[int] = []

    @reactions.hear(OfferAccepted)
    def note(session: Session, _fact: OfferAccepted, _heard: Heard) -> None:
        transactions.append(session.execute(text("SELECT pg_current_xact_id()::text::bigint")).scalar_one())

    with registration_database.transaction() as session:
        for _ in range(TOGETHER):
            record(session, offer_accepted())
    assert drain(materials_database, reactions, seconds=20, now=now).done == TOGETHER
    assert len(transactions) == TOGETHER
    assert len(set(transactions)) < TOGETHER


def test_one_that_fails_takes_none_of_the_others_along(
    registration_database: Database, materials_database: Database
) -> None:
    reactions = Reactions("materials")
    facts = [offer_accepted() for _ in range(5)]

    @reactions.hear(OfferAccepted)
    def write(session: Session, fact: OfferAccepted, _heard: Heard) -> None:
        session.execute(insert(FactRow).values(id=uuid4(), name="Trace", payload={"offer": str(fact.offer_id)}))
        if fact.offer_id == facts[2].offer_id:
            raise LookupError("no such shelf")

    with registration_database.transaction() as session:
        for fact in facts:
            record(session, fact)
    drained = drain(materials_database, reactions, seconds=20, now=now)
    assert (drained.done, drained.failed) == (4, 1)
    with registration_database.reading() as session:
        traces = session.scalars(select(FactRow.payload).where(FactRow.name == "Trace")).all()
    assert sorted(trace["offer"] for trace in traces) == sorted(
        str(fact.offer_id) for fact in facts if fact is not facts[2]
    )


def test_what_a_reaction_leaves_to_its_own_service_is_done_in_the_same_round(
    registration_database: Database, materials_database: Database
) -> None:
    reactions = Reactions("materials")
    heard: list[int] = []

    @reactions.hear(OfferAccepted)
    def go_on(session: Session, _fact: OfferAccepted, _heard: Heard) -> None:
        heard.append(len(heard))
        if len(heard) < 3:
            record(session, offer_accepted())

    with registration_database.transaction() as session:
        record(session, offer_accepted())
    assert drain(materials_database, reactions, seconds=20, now=now).done == 3
