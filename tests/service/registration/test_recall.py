"""Between releasing and the first mail there is time: to take it back, to take people out, and for a second person."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, update

from services.registration.actions.releases import recall_release, release_part
from services.registration.app import BLUEPRINTS
from services.registration.errors import ReleaseKnown
from services.registration.queries.decisions import waiting_ids
from services.registration.queries.places import pool
from services.registration.reactions import reactions
from shared.clock import now
from shared.deeds import Deed
from shared.outbox import drain
from shared.schema.outbox.entries import Entry, FactRow
from shared.schema.registration import Decision, DecisionBatch, Edition, Offer
from tests.support.registration import DESK, apply, decide, make_edition
from tests.support.web import Browser, app_of, form_token, person_called, press, signed_in_as

if TYPE_CHECKING:
    from uuid import UUID

    from shared.database import Database

BASE = "/desk/e/spring-2026"


@pytest.fixture
def edition_id(registration_database: Database) -> UUID:
    today = now()
    edition = make_edition(registration_database, opens_at=today - timedelta(days=9), closes_at=today + timedelta(9))
    for name, outcome in (("Awa", "accept"), ("Ben", "accept"), ("Chloe", "decline")):
        applied = apply(registration_database, edition, email=f"{name.lower()}@example.org", name=name, now=today)
        decide(registration_database, applied, outcome, now=today)
    return edition


@pytest.fixture
def desk(registration_database: Database) -> Browser:
    return desk_of(registration_database, "Odile", "organiser")


def desk_of(database: Database, name: str, role: str) -> Browser:
    app = app_of(*BLUEPRINTS, database=database, recall_seconds=60)
    return signed_in_as(app, database, person_called(database, name, roles=[role]), means="staff")


def release(desk: Browser) -> str:
    """Press the button on the quiet page; return where it led."""
    page = desk.get(f"{BASE}/decisions/release").text
    seen = re.search(r'name="seen" value="(\w+)"', page)
    assert seen, page
    answer = press(desk, f"{BASE}/decisions/release", csrf_token=form_token(page), seen=seen[1])
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def do(desk: Browser, path: str, **fields: object) -> str:
    answer = press(desk, path, csrf_token=form_token(desk.get("/desk").text), **fields)
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def known(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).where(Decision.state == "released")) or 0


def react(database: Database, *, seconds_later: int = 0) -> int:
    """Let registration hear what is due, with every clock put forward."""
    with database.transaction() as session:
        session.execute(update(Entry).values(not_before=Entry.not_before - timedelta(seconds=seconds_later)))
    return drain(database, reactions, seconds=10, now=lambda: now() + timedelta(seconds=seconds_later)).done


@pytest.mark.usefixtures("edition_id")
def test_nothing_is_known_and_no_mail_is_asked_for_before_the_time_is_over(
    registration_database: Database, desk: Browser
) -> None:
    where = release(desk)
    assert react(registration_database) == 0
    assert react(registration_database, seconds_later=30) == 0
    page = desk.get(where).text
    assert "data-countdown" in page
    assert "Take the release back" in page
    with registration_database.reading() as session:
        told = session.scalar(select(func.count()).where(FactRow.name.in_(("DecisionReleased", "OfferMade"))))
    assert (told, known(registration_database)) == (0, 0)
    assert react(registration_database, seconds_later=61) == 2, "it becomes known, and it is finished"
    assert known(registration_database) == 3
    assert "3 decisions are known" in desk.get(where).text


def test_a_release_taken_back_leaves_everything_proposed_and_can_be_released_again(
    registration_database: Database, desk: Browser, edition_id: UUID
) -> None:
    where = release(desk)
    with registration_database.reading() as session:
        assert pool(session, edition_id).left == 48, "the places of the accepts are held meanwhile"
    assert do(desk, f"{where}/recall") == f"{BASE}/decisions"
    react(registration_database, seconds_later=120)
    assert known(registration_database) == 0
    with registration_database.reading() as session:
        assert len(session.scalars(waiting_ids(edition_id)).all()) == 3
        assert pool(session, edition_id).left == 50
        steps = session.scalars(select(FactRow.after).where(FactRow.noun == "decision_batch", FactRow.name == "")).all()
    assert steps == ["frozen", "recalled"]
    assert desk.get(where).status_code == 404
    release(desk)
    react(registration_database, seconds_later=120)
    assert known(registration_database) == 3


def test_people_taken_out_are_proposals_again_and_the_others_learn_their_decision(
    registration_database: Database, desk: Browser, edition_id: UUID
) -> None:
    where = release(desk)
    with registration_database.reading() as session:
        accepts = session.scalars(select(Decision.id).where(Decision.outcome == "accept").order_by(Decision.id)).all()
    nobody = press(desk, f"{where}/take-out", csrf_token=form_token(desk.get("/desk").text))
    assert nobody.headers["Location"].startswith(where), "a missing choice is told on the same page"
    assert do(desk, f"{where}/take-out", ids=[str(accepts[0])]) == where
    react(registration_database, seconds_later=61)
    with registration_database.reading() as session:
        assert session.scalars(waiting_ids(edition_id)).all() == [accepts[0]]
        assert session.scalars(select(Offer.decision_id)).all() == [accepts[1]]
        [batch] = session.scalars(select(DecisionBatch)).all()
        assert (batch.decisions, batch.state) == (2, "finished")


@pytest.mark.usefixtures("edition_id")
def test_a_release_that_everybody_was_taken_out_of_is_over(registration_database: Database, desk: Browser) -> None:
    where = release(desk)
    with registration_database.reading() as session:
        everybody = [str(one) for one in session.scalars(select(Decision.id))]
    assert do(desk, f"{where}/take-out", ids=everybody) == f"{BASE}/decisions"
    with registration_database.reading() as session:
        assert session.scalar(select(func.count()).select_from(DecisionBatch)) == 0


def test_what_is_known_is_not_taken_back(registration_database: Database, desk: Browser, edition_id: UUID) -> None:
    where = release(desk)
    react(registration_database, seconds_later=61)
    assert do(desk, f"{where}/recall") == where
    assert known(registration_database) == 3
    with registration_database.reading() as session:
        batch_id = session.scalars(select(DecisionBatch.id)).one()
    with pytest.raises(ReleaseKnown), registration_database.transaction() as session:
        recall_release(session, edition_id=edition_id, batch_id=batch_id, deed=Deed(DESK, now()))


@pytest.mark.usefixtures("edition_id")
def test_a_worker_that_hears_too_early_makes_nothing_known(registration_database: Database, desk: Browser) -> None:
    release(desk)
    with registration_database.transaction() as session:
        batch_id = session.scalars(select(DecisionBatch.id)).one()
        assert release_part(session, batch_id=batch_id, now=now() + timedelta(seconds=5)) == 0
    assert known(registration_database) == 0
    react(registration_database, seconds_later=61)
    assert known(registration_database) == 3


def test_where_a_second_person_is_asked_for_the_one_who_proposed_does_not_release(
    registration_database: Database, desk: Browser, edition_id: UUID
) -> None:
    with registration_database.transaction() as session:
        session.execute(update(Edition).values(second_releaser=True))
        mine = session.scalars(select(Decision.id).where(Decision.edition_id == edition_id)).first()
    own = person_called(registration_database, "Paula", roles=["organiser"])
    with registration_database.transaction() as session:
        session.execute(update(Decision).where(Decision.id == mine).values(proposed_by=own))
    app = app_of(*BLUEPRINTS, database=registration_database, recall_seconds=60)
    paula = signed_in_as(app, registration_database, own, means="staff")
    page = paula.get(f"{BASE}/decisions/release").text
    assert "You proposed 1 of them yourself" in page
    assert 'name="seen"' not in page
    seen = re.search(r'name="seen" value="(\w+)"', desk.get(f"{BASE}/decisions/release").text)
    assert seen
    assert do(paula, f"{BASE}/decisions/release", seen=seen[1]).endswith("/decisions/release")
    release(desk)
    react(registration_database, seconds_later=61)
    assert known(registration_database) == 3
