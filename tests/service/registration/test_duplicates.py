"""The next edition is made from the last one: everything comes along but people, and every date moves."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from services.materials.actions.shelves import place_on_shelf, put_up_shelf
from services.materials.reactions import reactions
from services.registration.app import BLUEPRINTS
from services.registration.queries.editions import edition_at
from shared.clock import now
from shared.deeds import Deed
from shared.outbox import drain
from shared.schema.materials.shelves import Shelf, ShelfItem
from shared.schema.registration import Application
from tests.support.library import reader_in
from tests.support.registration import DESK, apply, make_edition
from tests.support.web import Browser, app_of, person_called, press_at_desk, signed_in_as

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from shared.database import Database

PATH = "/desk/editions/next?from=spring-2026"
OPENS = datetime(2026, 1, 31, 14, 0, tzinfo=UTC)  # 9:00 in Toronto, winter time
CLOSES = datetime(2026, 4, 1, 3, 59, tzinfo=UTC)  # 23:59 in Toronto on 31 March, summer time


@pytest.fixture
def edition_id(registration_database: Database) -> UUID:
    return make_edition(registration_database, opens_at=OPENS, closes_at=CLOSES)


@pytest.fixture
def desk(registration_database: Database) -> Browser:
    organiser = person_called(registration_database, "Odile", roles=["organiser"])
    app = app_of(*BLUEPRINTS, database=registration_database)
    return signed_in_as(app, registration_database, organiser, means="staff")


def test_the_next_edition_has_the_texts_and_every_date_moved(
    registration_database: Database, desk: Browser, edition_id: UUID
) -> None:
    apply(registration_database, edition_id)
    answer = press_at_desk(
        desk,
        PATH,
        slug="turin-2027",
        starts_on="2027-06-07",
        place="Turin, Italy",
        name_en="Turin Academy",
    )
    assert answer.headers["Location"] == "/desk/e/turin-2027/edition"
    with registration_database.reading() as session:
        made = edition_at(session, "turin-2027")
        assert (made.name, made.place, made.published_at) == ({"en": "Turin Academy"}, "Turin, Italy", None)
        assert (made.starts_on, made.ends_on) == (date(2027, 6, 7), date(2027, 6, 11))
        # 371 days later; the clock in Toronto shows the same time, whatever became of summer time
        assert made.opens_at == datetime(2027, 2, 6, 14, 0, tzinfo=UTC)
        assert made.closes_at == datetime(2027, 4, 7, 3, 59, tzinfo=UTC)
        assert (made.capacity, made.description) == (50, {"en": "Five days of courses."})
        assert session.scalars(select(Application.edition_id)).all() == [edition_id]


def test_the_shelves_follow_with_what_stands_on_them(
    registration_database: Database, materials_database: Database, desk: Browser, edition_id: UUID, tmp_path: Path
) -> None:
    reader = reader_in(materials_database, tmp_path, edition_id=edition_id)
    with materials_database.transaction() as session:
        shelf = put_up_shelf(
            session,
            edition_id=edition_id,
            names={"en": "For all who applied"},
            rule="registered",
            opens_at=OPENS,
            closes_at=None,
            deed=Deed(DESK, now()),
        )
        place_on_shelf(session, shelf_id=shelf.id, publication_id=reader.publication_id, deed=Deed(DESK, now()))
    press_at_desk(desk, PATH, slug="next", starts_on="2026-06-02", place="Here")
    with registration_database.reading() as session:
        made = edition_at(session, "next").id
    assert drain(materials_database, reactions, seconds=10, now=now).failed == 0
    with materials_database.reading() as session:
        copied = session.execute(
            select(Shelf.names, Shelf.rule, Shelf.opens_at, ShelfItem.publication_id)
            .join(ShelfItem, ShelfItem.shelf_id == Shelf.id)
            .where(Shelf.edition_id == made, Shelf.rule == "registered")
        ).all()
    later = datetime(2026, 2, 1, 14, 0, tzinfo=UTC)
    assert copied == [({"en": "For all who applied"}, "registered", later, reader.publication_id)]


@pytest.mark.usefixtures("edition_id")
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(desk: Browser) -> None:
    for wrong in ({"slug": "spring-2026"}, {"slug": "Turin 2027"}, {"starts_on": "soon"}):
        typed = {"slug": "next", "starts_on": "2027-06-07", "place": "Accra, Ghana"} | wrong
        page = press_at_desk(desk, PATH, **typed)
        assert page.status_code == 422
        assert "Accra, Ghana" in page.text


def test_an_organiser_of_one_edition_makes_no_other(registration_database: Database, edition_id: UUID) -> None:
    ours = person_called(registration_database, "Rosa", roles=[("organiser", edition_id)])
    app = app_of(*BLUEPRINTS, database=registration_database)
    desk = signed_in_as(app, registration_database, ours, means="staff")
    assert press_at_desk(desk, PATH, slug="next", starts_on="2027-06-07", place="Here").status_code == 403
    assert PATH not in desk.get("/desk/editions").text
