from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from services.registration.demo import NotADemo, load
from services.registration.queries.places import pool
from services.registration.queries.reviews import reviewers_of
from services.registration.queries.scenarios import candidates, formula_of, scenarios_of, weigh
from services.registration.settings import RegistrationSettings
from shared.clock import now
from shared.schema.outbox.entries import Entry
from shared.schema.people.persons import Person, Role
from shared.schema.registration import Application, Decision, Edition, Offer
from tests.support.counted import statements_of
from tests.support.web import settings

if TYPE_CHECKING:
    from shared.database import Database


def told(**changes: object) -> RegistrationSettings:
    return RegistrationSettings(**settings(**changes).model_dump())


def test_the_demo_loads_once_with_applicants_in_every_state(registration_database: Database) -> None:
    load(registration_database, told(), now=now())
    load(registration_database, told(), now=now())
    with registration_database.reading() as session:
        states = Counter(session.execute(select(Application.state)).scalars())
        offers = Counter(session.execute(select(Offer.state)).scalars())
        edition = session.execute(select(Edition.id).where(Edition.slug == "demonstration")).scalar_one()
        places = pool(session, edition)
        selecting = session.execute(select(Edition.id).where(Edition.slug == "demonstration-selection")).scalar_one()
        reviewers = reviewers_of(session, edition_id=selecting)
        known = Counter(
            session.execute(
                select(Decision.outcome).where(Decision.edition_id == selecting, Decision.state == "released")
            ).scalars()
        )
        weighed = [
            weigh(one, candidates(session, edition_id=selecting, formula=formula_of(one))[0])
            for one in scenarios_of(session, edition_id=selecting)
        ]
        waiting = session.execute(
            select(func.count()).where(Entry.state == "waiting", Entry.subscriber == "notifications")
        ).scalar_one()
        roles = set(session.execute(select(Role.name)).scalars())
        addresses = session.execute(select(Person.email)).scalars().all()
    assert set(states) == {"draft", "submitted", "under_review", "decided", "withdrawn"}
    assert set(offers) == {"offered", "accepted", "declined", "expired"}
    assert sum(states.values()) > 150
    assert places.left > 0
    progress = [one.handed_in / (one.handed_in + one.waiting) for one in reviewers]
    assert len(reviewers) == 5
    assert len({round(share, 1) for share in progress}) >= 3
    assert set(known) == {"accept", "reserve", "decline"}
    assert [one.broken for one in weighed] == [[], []]
    assert weighed[0].chosen != weighed[1].chosen
    assert waiting == 0
    assert len(roles) == 8
    assert all(email.rpartition("@")[2] in {"example.org", "example.net", "example.com"} for email in addresses)


def test_the_demo_asks_the_database_little_for_each_of_its_people(registration_database: Database) -> None:
    with statements_of(registration_database) as sent:
        load(registration_database, told(), now=now())
    with registration_database.reading() as session:
        people = session.execute(select(func.count()).select_from(Person)).scalar_one()
    assert len(sent) < 30 * people


def test_public_passphrases_never_reach_a_production_database(registration_database: Database) -> None:
    with pytest.raises(NotADemo):
        load(registration_database, told(environment="production"), now=now())
