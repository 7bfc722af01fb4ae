"""The mover: many at once, all or nothing, refused by name, told in the row of the change."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update

from services.registration.actions.applications import edit_application
from services.registration.actions.editions import publish_edition, unpublish_edition
from services.registration.rules.applications import APPLICATION
from services.registration.rules.editions import EDITION
from services.registration.rules.offers import OFFER
from shared.deeds import Deed
from shared.facts.people import StrangerAskedForLink
from shared.histories import past_of
from shared.history import StateChanged, begin, move
from shared.outbox import record
from shared.retention import DONE_LASTS, PASSING_LASTS, forget_words, prune_entries, prune_passing_facts
from shared.schema.outbox.entries import Entry, FactRow
from shared.schema.registration import Application, Edition
from tests.support.registration import (
    DESK,
    NOW,
    answers_of,
    apply,
    decide,
    edition_row,
    make_edition,
    offer_of,
    release,
)

if TYPE_CHECKING:
    from shared.database import Database

BY_DESK = Deed(DESK, NOW, "As agreed.")


@pytest.fixture
def applications(registration_database: Database) -> list[UUID]:
    """Three submitted applications of one edition."""
    edition_id = make_edition(registration_database)
    return [apply(registration_database, edition_id, email=f"{n}@example.org").application_id for n in range(3)]


def states(database: Database) -> dict[UUID, str]:
    with database.reading() as session:
        return dict(session.execute(select(Application.id, Application.state)).all())


def rows(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(FactRow)) or 0


def test_many_are_moved_at_once_and_each_row_says_who_when_why_and_from_where(
    registration_database: Database, applications: list[UUID]
) -> None:
    with registration_database.transaction() as session:
        moved = move(session, APPLICATION, applications, "under_review", BY_DESK, updated_at=NOW)
    assert [(one.id, one.before) for one in moved] == [(one, "submitted") for one in applications]
    assert set(states(registration_database).values()) == {"under_review"}
    with registration_database.reading() as session:
        told = [past_of(session, [one])[0] for one in applications]
    for one in told:
        assert (one.before, one.after, one.by_id, one.at, one.why) == (
            "submitted", "under_review", DESK, NOW, "As agreed.",
        )  # fmt: skip
        assert one.person_id is not None


def test_one_that_stands_elsewhere_stops_all_and_the_refusal_names_it(
    registration_database: Database, applications: list[UUID]
) -> None:
    nobody = uuid4()
    with registration_database.transaction() as session:
        move(session, APPLICATION, applications[:1], "withdrawn", BY_DESK)
    before = rows(registration_database)
    with pytest.raises(StateChanged) as refused, registration_database.transaction() as session:
        move(session, APPLICATION, [*applications, nobody], "under_review", BY_DESK)
    assert refused.value.standing == {applications[0]: "withdrawn", nobody: None}
    assert states(registration_database)[applications[1]] == "submitted"
    assert rows(registration_database) == before


def test_what_the_caller_narrows_is_narrower_than_the_machine(
    registration_database: Database, applications: list[UUID]
) -> None:
    with pytest.raises(StateChanged), registration_database.transaction() as session:
        move(session, APPLICATION, applications, "withdrawn", BY_DESK, leaving="draft")


def test_a_state_the_machine_does_not_begin_with_is_not_begun(registration_database: Database) -> None:
    with pytest.raises(StateChanged), registration_database.transaction() as session:
        begin(session, OFFER, "accepted", BY_DESK, [{}])


def test_moving_nobody_changes_nothing(registration_database: Database) -> None:
    with registration_database.transaction() as session:
        assert move(session, APPLICATION, [], "under_review", BY_DESK) == []
    assert rows(registration_database) == 0


def test_of_two_movers_of_the_same_rows_exactly_one_wins_each_and_neither_waits_for_the_other_for_ever(
    registration_database: Database, applications: list[UUID]
) -> None:
    start = Barrier(8)

    def hurry(number: int) -> list[UUID]:
        start.wait()
        mine = applications if number % 2 else applications[::-1]
        try:
            with registration_database.transaction() as session:
                return [one.id for one in move(session, APPLICATION, mine, "under_review", BY_DESK)]
        except StateChanged:
            return []

    with ThreadPoolExecutor(8) as hands:
        won = [found for found in hands.map(hurry, range(8)) if found]
    assert len(won) == 1
    with registration_database.reading() as session:
        counted = select(func.count()).where(FactRow.after == "under_review")
        assert session.scalar(counted) == len(applications)


def test_a_moment_that_is_set_or_not_is_a_state_too(registration_database: Database) -> None:
    with registration_database.transaction() as session:
        edition = edition_row(published_at=None)
        session.add(edition)
    with registration_database.transaction() as session:
        publish_edition(session, edition_id=edition.id, deed=BY_DESK)
        publish_edition(session, edition_id=edition.id, deed=Deed(None, NOW + timedelta(days=1)))
    with registration_database.reading() as session:
        assert session.get_one(Edition, edition.id).published_at == NOW
    with registration_database.transaction() as session:
        unpublish_edition(session, edition_id=edition.id, deed=BY_DESK)
    with registration_database.reading() as session:
        steps = [(one.noun, one.before, one.after) for one in past_of(session, [edition.id])]
    assert steps == [(EDITION.noun, "published", "unpublished"), (EDITION.noun, "unpublished", "published")]


def test_the_row_that_tells_of_a_change_is_the_row_that_others_hear(registration_database: Database) -> None:
    applied = apply(registration_database, make_edition(registration_database))
    decide(registration_database, applied)
    release(registration_database, applied.edition_id)
    offer = offer_of(registration_database, applied)
    with registration_database.reading() as session:
        made = session.scalars(select(FactRow).where(FactRow.subject_id == offer.id)).one()
        entry = session.scalars(select(Entry.subscriber).where(Entry.fact_id == made.id)).one()
    assert (made.name, made.before, made.after, made.by, entry) == ("OfferMade", None, "offered", DESK, "notifications")
    assert made.payload == {
        "offer_id": str(offer.id), "person_id": str(applied.person_id), "edition_id": str(applied.edition_id),
    }  # fmt: skip


def test_erasure_empties_the_words_and_keeps_that_it_happened(registration_database: Database) -> None:
    applied = apply(registration_database, make_edition(registration_database))
    with registration_database.transaction() as session:
        edit_application(
            session,
            application_id=applied.application_id,
            answers=answers_of(motivation="My sister is ill."),
            deed=Deed(applied.person_id, NOW),
        )
        move(session, APPLICATION, [applied.application_id], "withdrawn", Deed(applied.person_id, NOW, "I am ill."))
    before = rows(registration_database)
    with registration_database.transaction() as session:
        assert forget_words(session, person_id=applied.person_id) == 2
    with registration_database.reading() as session:
        left = session.scalars(select(FactRow)).all()
    assert len(left) == before
    assert "ill" not in " ".join(f"{one.why}{one.details}{one.payload}" for one in left)


def test_done_entries_are_pruned_when_old_and_what_waits_or_was_put_aside_never(
    registration_database: Database, applications: list[UUID]
) -> None:
    assert len(applications) == 3, "each told of twice: the proof that was asked for, and that it was given"
    old = NOW - DONE_LASTS - timedelta(seconds=1)
    with registration_database.transaction() as session:
        entries = session.scalars(select(Entry.id).order_by(Entry.id)).all()
        for state, done_at, entry_id in zip(
            ("done", "done", "aside", "waiting"), (old, NOW, None, None), entries[:4], strict=True
        ):
            session.execute(update(Entry).where(Entry.id == entry_id).values(state=state, done_at=done_at))
    with registration_database.transaction() as session:
        assert prune_entries(session, now=NOW, limit=100) == 1
    with registration_database.reading() as session:
        assert session.scalars(select(Entry.id).order_by(Entry.id)).all() == entries[1:]


def test_facts_about_links_go_and_facts_about_what_lasts_stay(
    registration_database: Database, applications: list[UUID]
) -> None:
    long_ago = Deed(None, NOW - PASSING_LASTS - timedelta(seconds=1))
    with registration_database.transaction() as session:
        record(session, StrangerAskedForLink(link_id=uuid4()), long_ago)
        record(session, StrangerAskedForLink(link_id=uuid4()), Deed(None, NOW))
        move(session, APPLICATION, applications, "under_review", long_ago)
    before = rows(registration_database)
    with registration_database.transaction() as session:
        assert prune_passing_facts(session, now=NOW, limit=100) == 1
    assert rows(registration_database) == before - 1
