"""One answer to what somebody may open: the page, the API, the personal page, the audience and the download agree.

Shelves, dates, applications and places are drawn at random; what must hold is worked out here from the words of the
rules, and every way to ask is asked about everybody and everything.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update

from services.materials.actions.shelves import place_on_shelf
from services.notifications.queries.audience import audience_page
from services.notifications.rules.audience import AudienceRule, Standing
from services.registration.queries.places import pool
from services.registration.queries.readers import readers_of
from services.registration.rules.offers import ENROLMENT
from shared.clock import now
from shared.deeds import Deed
from shared.people.actions.tokens import make_api_token
from shared.schema.materials.shelves import ShelfMember
from shared.schema.registration import Application, Enrolment
from shared.schema.registration.offers import GONE
from shared.schema.registration.published import PersonStanding, Place
from tests.support.academy import applicant_of, edition_called, place_of, set_place
from tests.support.library import TEXT, Reader, materials_app, reader_in
from tests.support.web import person_called, signed_in_as, visitor

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from werkzeug.test import TestResponse

    from shared.database import Database

RULES = ("public", "registered", "accepted")
STATES = ("accepted", "confirmed", "attended", "no_show", "certified", *GONE)


@dataclass
class Person:
    """Somebody, and what ties her to each edition."""

    id: UUID
    applied: set[UUID] = field(default_factory=set)
    places: set[UUID] = field(default_factory=set)


@dataclass
class Shelf:
    """A shelf as it was put up, with whom it is closed to."""

    id: UUID
    edition: UUID
    rule: str
    is_open: bool
    works: set[UUID]
    closed_to: set[UUID] = field(default_factory=set)

    def opens_to(self, person: Person | None) -> bool:
        if not self.is_open or self.rule == "public" or person is None:
            return self.is_open and self.rule == "public"
        if self.rule == "registered":
            return self.edition in person.applied
        return self.edition in person.places and person.id not in self.closed_to


class World:
    """Two editions, six people, five works on seven shelves."""

    def __init__(self, seed: int, databases: dict[str, Database], folder: Path) -> None:
        self.draw = random.Random(seed)
        self.databases = databases
        self.moment = now()
        self.editions = [edition_called(databases["registration"], f"edition-{number}") for number in range(2)]
        self.people = [self._person(f"P{number}") for number in range(6)]
        self.works: list[Reader] = []
        self.shelves: list[Shelf] = []
        for number in range(5):
            self._work(number, folder)
        for _ in range(4):
            shelf, work = self.draw.choice(self.shelves), self.draw.choice(self.works)
            with databases["materials"].transaction() as session:
                place_on_shelf(session, shelf_id=shelf.id, publication_id=work.publication_id, deed=Deed(None, now()))
            shelf.works.add(work.publication_id)
        self._close_some()

    def _person(self, name: str) -> Person:
        registration, draw = self.databases["registration"], self.draw
        person = Person(person_called(registration, name, roles=["viewer"]))
        for edition in self.editions:
            tie = draw.choice(("none", "applied", "withdrew", "place", "place", "place"))
            if tie in {"applied", "withdrew"}:
                application = applicant_of(registration, edition_id=edition, person_id=person.id)
                if tie == "withdrew":
                    with registration.transaction() as session:
                        session.execute(
                            update(Application).where(Application.id == application).values(state="withdrawn")
                        )
                else:
                    person.applied.add(edition)
            if tie == "place":
                state = draw.choice(STATES)
                enrolment = place_of(registration, edition_id=edition, person_id=person.id)
                set_place(registration, enrolment_id=enrolment, state=state)
                person.applied.add(edition)
                if state not in GONE:
                    person.places.add(edition)
        return person

    def _work(self, number: int, folder: Path) -> None:
        edition, rule = self.draw.choice(self.editions), self.draw.choice(RULES)
        begins, ends = self.draw.choice(((None, None), (-2, None), (None, 2), (-2, 2), (1, None), (None, -1), (-3, -1)))
        work = reader_in(
            self.databases["materials"],
            folder,
            edition_id=edition,
            rule=rule,
            slug=f"work-{number}",
            content=TEXT + str(number).encode(),
            opens_at=None if begins is None else self.moment + timedelta(hours=begins),
            closes_at=None if ends is None else self.moment + timedelta(hours=ends),
        )
        is_open = (begins is None or begins <= 0) and (ends is None or ends > 0)
        self.works.append(work)
        self.shelves.append(Shelf(work.shelf_id, edition, rule, is_open, {work.publication_id}))

    def _close_some(self) -> None:
        for shelf in self.shelves:
            person = self.draw.choice(self.people)
            if shelf.rule == "accepted" and shelf.edition in person.places:
                with self.databases["materials"].transaction() as session:
                    session.execute(
                        update(ShelfMember)
                        .where(ShelfMember.shelf_id == shelf.id, ShelfMember.person_id == person.id)
                        .values(closed_at=self.moment)
                    )
                shelf.closed_to.add(person.id)

    def openable(self, person: Person | None) -> set[UUID]:
        """Return what the rules, read word for word, open to the person."""
        return {work for shelf in self.shelves if shelf.opens_to(person) for work in shelf.works}


def audience(world: World, edition: UUID, work: UUID, download: Any) -> set[UUID]:
    """Return whom a campaign reaches that is for those who have, or have not, downloaded the work."""
    rule = AudienceRule(standings=(Standing.APPLIED,), download=download, publication_id=work)
    with world.databases["notifications"].reading() as session:
        page = audience_page(session, rule=rule, edition_id=edition, language="en", limit=50, offset=0, now=now())
    return {member.person_id for member in page}


def personal_page(world: World, person: Person) -> set[tuple[UUID, str]]:
    """Return the editions and works that the personal page offers, each once."""
    with world.databases["registration"].reading() as session:
        shown = readers_of(session, person_id=person.id, language="en", now=now())
    offered = [(one.edition_id, one.publication_slug) for one in shown]
    assert len(offered) == len(set(offered))
    return set(offered)


def token_of(database: Database, person: Person) -> dict[str, str]:
    with database.transaction() as session:
        lasts = timedelta(hours=1)
        secret = make_api_token(
            session, name="test", scopes=["materials:read"], lasts=lasts, deed=Deed(person.id, now())
        )
    return {"Authorization": f"Bearer {secret}"}


def is_open(page: TestResponse) -> bool:
    """Say whether the page leads to the files; who will be able to open them later is told so on a page of its own."""
    return page.status_code == 200 and "Not open yet" not in page.text


@pytest.mark.parametrize("seed", range(5))
def test_whatever_way_one_asks_what_may_be_opened_the_answer_is_the_same(
    seed: int, databases: dict[str, Database], tmp_path: Path
) -> None:
    world = World(seed, databases, tmp_path)
    app = materials_app(databases["materials"], tmp_path)
    works = {f"work-{number}": work for number, work in enumerate(world.works)}
    for edition in world.editions:
        for work in world.works:
            entitled = {
                one.id for one in world.people if edition in one.applied and work.publication_id in world.openable(one)
            }
            assert audience(world, edition, work.publication_id, "has_not") == entitled, "audience"
    for person in (None, *world.people):
        right = {slug for slug, work in works.items() if work.publication_id in world.openable(person)}
        browser = visitor(app) if person is None else signed_in_as(app, databases["registration"], person.id)
        assert {slug for slug in works if is_open(browser.get(f"/materials/{slug}"))} == right, "page"
        assert {slug for slug, work in works.items() if browser.get(work.path).status_code == 200} == right, "download"
        if person is not None:
            listed = browser.get("/materials").text
            assert {slug for slug in works if f'id="p-{slug}"' in listed} == right, "list"
            answer: Any = browser.get("/api/materials/v1/shelf", headers=token_of(databases["registration"], person))
            assert {item["slug"] for item in answer.json["items"]} == right, "API"
            personal = {
                (shelf.edition, slug)
                for shelf in world.shelves
                for slug, work in works.items()
                if shelf.rule != "public" and shelf.opens_to(person) and work.publication_id in shelf.works
            }
            assert personal_page(world, person) == personal, "personal page"
    for edition in world.editions:
        for work in world.works:
            assert audience(world, edition, work.publication_id, "has_not") == set(), "audience, when all have it"


@pytest.mark.parametrize("state", sorted(ENROLMENT.states))
def test_who_has_a_place_is_said_alike_by_registration_and_by_what_it_publishes(
    state: str, databases: dict[str, Database]
) -> None:
    edition = edition_called(databases["registration"], "montreal-2011")
    person = person_called(databases["registration"], "Ada")
    enrolment_id = place_of(databases["registration"], edition_id=edition, person_id=person, state=state)
    with databases["registration"].reading() as session:
        enrolment = session.get_one(Enrolment, enrolment_id)
        counted = pool(session, edition).enrolled
        published = session.scalars(select(Place.enrolment_id)).all()
        accepted = session.scalars(select(PersonStanding.accepted)).one()
    assert bool(counted) == bool(published) == accepted == enrolment.holds_place == (state not in GONE)
