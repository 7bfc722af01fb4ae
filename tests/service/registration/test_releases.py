"""A release too large for one transaction: frozen at once, known part by part, each decision once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from sqlalchemy import func, select

from services.registration.actions.applications import withdraw_application
from services.registration.actions.decisions import propose_decision, take_back_proposal
from services.registration.actions.releases import release_decisions, release_part
from services.registration.errors import BatchEmpty, NotEnoughPlaces, NotProposable
from services.registration.queries.places import pool
from services.registration.queries.releases import waiting_batch
from services.registration.queries.releases_shown import releases_of
from services.registration.reactions import reactions
from services.registration.rules.decisions import AT_ONCE
from shared.deeds import Deed
from shared.outbox import drain
from shared.schema.outbox.entries import Entry, FactRow
from shared.schema.registration import Application, Decision, DecisionBatch, Offer
from tests.support.batches import propose_many
from tests.support.registration import DESK, NOW, apply, decide, make_edition, release

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from shared.database import Database

COUNT: Final = 2 * AT_ONCE + 50
ACCEPTS: Final = 300
ROOT = Path(__file__).parents[3]


def go_on(database: Database) -> int:
    return drain(database, reactions, seconds=60, now=lambda: NOW).done


def told(database: Database, name: str) -> tuple[int, int]:
    """Return how many facts of that name there are, and about how many subjects."""
    counted = select(func.count(), func.count(FactRow.subject_id.distinct())).where(FactRow.name == name)
    with database.reading() as session:
        facts, subjects = session.execute(counted).one()
        return facts, subjects


def counted(database: Database, what: type[Decision | Offer], state: str) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(what).where(what.state == state)) or 0


def test_a_large_batch_is_frozen_then_known_part_by_part_and_told_once_each(registration_database: Database) -> None:
    edition_id = propose_many(registration_database, count=COUNT, accepts=ACCEPTS, capacity=ACCEPTS)
    release(registration_database, edition_id)
    assert counted(registration_database, Decision, "released") == 0
    with registration_database.reading() as session:
        assert pool(session, edition_id).left == 0, "the places of its accepts are held before any offer is made"
        assert waiting_batch(session, edition_id=edition_id).total == 0
        [progress] = releases_of(session, edition_id=edition_id)
        assert (progress.known, progress.decisions, progress.finished) == (0, COUNT, False)
    assert go_on(registration_database) == 4, "three parts, and that it is finished"
    assert counted(registration_database, Decision, "released") == COUNT
    assert counted(registration_database, Offer, "offered") == ACCEPTS
    assert told(registration_database, "DecisionReleased") == (COUNT, COUNT)
    assert told(registration_database, "OfferMade") == (ACCEPTS, ACCEPTS)
    with registration_database.reading() as session:
        [progress] = releases_of(session, edition_id=edition_id)
        assert (progress.known, progress.finished) == (COUNT, True)
        entries = session.scalar(select(func.count()).where(Entry.subscriber == "notifications"))
        assert entries == COUNT + ACCEPTS
        who = session.scalars(select(FactRow.by).where(FactRow.after == "released").distinct()).all()
        assert who == [DESK]


def test_a_worker_killed_in_each_part_leaves_nothing_half_done_and_the_next_one_finishes(
    registration_database: Database, database_url_for: Callable[[str], str]
) -> None:
    edition_id = propose_many(registration_database, count=COUNT, accepts=ACCEPTS, capacity=ACCEPTS)
    release(registration_database, edition_id)
    command = [sys.executable, "-m", "tests.support.batches", database_url_for("registration")]
    for parts in range(2):
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as worker:
            assert worker.stdout
            for _ in range(parts + 1):
                assert worker.stdout.readline() == b"half done\n"
            worker.kill()
        assert counted(registration_database, Decision, "released") in {0, AT_ONCE}
    go_on(registration_database)
    assert told(registration_database, "DecisionReleased") == (COUNT, COUNT)
    assert told(registration_database, "OfferMade") == (ACCEPTS, ACCEPTS)
    assert counted(registration_database, Offer, "offered") == ACCEPTS


def test_a_batch_that_does_not_fit_is_not_even_begun(registration_database: Database) -> None:
    edition_id = propose_many(registration_database, count=COUNT, accepts=ACCEPTS, capacity=ACCEPTS - 1)
    with pytest.raises(NotEnoughPlaces):
        release(registration_database, edition_id)
    with registration_database.reading() as session:
        assert session.scalar(select(func.count()).select_from(DecisionBatch)) == 0
        assert pool(session, edition_id).left == ACCEPTS - 1
        assert waiting_batch(session, edition_id=edition_id).total == COUNT


def test_nothing_of_a_frozen_batch_can_be_changed_but_an_applicant_can_still_withdraw(
    registration_database: Database,
) -> None:
    edition_id = propose_many(registration_database, count=AT_ONCE + 1, accepts=1, capacity=1)
    release(registration_database, edition_id)
    accepted = select(Application).join(Decision).where(Decision.outcome == "accept")
    with registration_database.reading() as session:
        application = session.scalars(accepted).one()
    deed = Deed(DESK, NOW)
    with pytest.raises(NotProposable), registration_database.transaction() as session:
        propose_decision(
            session, edition_id=edition_id, application_id=application.id, outcome="decline", note="", deed=deed
        )
    with pytest.raises(NotProposable), registration_database.transaction() as session:
        take_back_proposal(session, edition_id=edition_id, application_id=application.id, deed=deed)
    with pytest.raises(BatchEmpty), registration_database.transaction() as session:
        release_decisions(
            session, edition_id=edition_id, seen=waiting_batch(session, edition_id=edition_id).digest, deed=deed
        )
    assert application.person_id
    with registration_database.transaction() as session:
        withdraw_application(session, application_id=application.id, deed=Deed(application.person_id, NOW, "ill"))
    with registration_database.reading() as session:
        assert pool(session, edition_id).left == 1, "the place is free again at once"
    go_on(registration_database)
    assert told(registration_database, "DecisionReleased") == (AT_ONCE, AT_ONCE)
    assert told(registration_database, "OfferMade") == (0, 0)


def test_hearing_of_a_finished_batch_again_changes_nothing(registration_database: Database) -> None:
    edition_id = propose_many(registration_database, count=AT_ONCE + 1, accepts=0, capacity=1)
    release(registration_database, edition_id)
    go_on(registration_database)
    with registration_database.transaction() as session:
        batch_id: UUID = session.scalars(select(DecisionBatch.id)).one()
        assert release_part(session, batch_id=batch_id, now=NOW) == 0
    assert told(registration_database, "DecisionReleased") == (AT_ONCE + 1, AT_ONCE + 1)


def test_a_small_batch_is_known_at_once_and_a_reversal_replaces_what_was_known(
    registration_database: Database,
) -> None:
    applied = apply(registration_database, make_edition(registration_database))
    for outcome in ("reserve", "accept"):
        decide(registration_database, applied, outcome)
        release(registration_database, applied.edition_id)
    with registration_database.reading() as session:
        states = session.execute(select(Decision.outcome, Decision.state).order_by(Decision.outcome.desc())).all()
        steps = select(FactRow.before, FactRow.after, FactRow.person_id).where(FactRow.after == "replaced")
        assert session.execute(steps).all() == [("released", "replaced", applied.person_id)]
    assert states == [("reserve", "replaced"), ("accept", "released")]
    assert told(registration_database, "ReleaseBegun") == (0, 0)
