"""The reading room: in the order of the list, inside its filter, on to the next after each decision."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from services.registration.queries.facets import choices_counted
from services.registration.queries.lines import Wish
from shared.clock import now
from shared.schema.registration import Application, Decision
from tests.support.houses import house
from tests.support.registration import apply, decide, make_open_edition
from tests.support.web import Browser, form_token, person_called, press_at_desk, signed_in_as

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from shared.database import Database

ROOM = "/desk/e/spring-2026/reading"


@pytest.fixture
def edition_id(registration_database: Database) -> UUID:
    edition_id = make_open_edition(registration_database)
    for place, country in enumerate(("SN", "SN", "PE", "SN")):
        moment = now() - timedelta(minutes=60 - place)
        apply(
            registration_database, edition_id, now=moment, email=f"p{place}@example.org", name=f"Person {place}",
            country=country,
        )  # fmt: skip
    return edition_id


@pytest.fixture
def desk(databases: dict[str, Database], edition_id: UUID, tmp_path: Path) -> Browser:  # noqa: ARG001 - people are there
    database = databases["registration"]
    app = house("registration", databases, tmp_path)
    return signed_in_as(app, database, person_called(database, "Odile", roles=["organiser"]), means="staff")


def name_on(page: str) -> str:
    return page.partition("<h1")[2].partition("</h1>")[0].partition("<bdi>")[2].partition("</bdi>")[0]


def application_called(database: Database, name: str) -> UUID:
    with database.reading() as session:
        return session.scalars(select(Application.id).where(Application.name == name)).one()


def test_one_reads_in_the_order_of_the_list_and_inside_its_filter(desk: Browser) -> None:
    page = desk.get(f"{ROOM}?country=SN&sort=name&at=2").text
    assert name_on(page) == "Person 1"
    assert "2 of 3" in page
    assert 'rel="next" href="?sort=name&amp;country=SN&amp;at=3"' in page
    assert 'rel="prev" href="?sort=name&amp;country=SN&amp;at=1"' in page
    assert "Person 2" not in page, "who is from Peru is not in this list"
    assert "Country is Senegal" in page


def test_a_place_that_is_none_is_the_nearest_and_an_empty_list_says_so(desk: Browser) -> None:
    assert name_on(desk.get(f"{ROOM}?sort=name&at=99").text) == "Person 3"
    for wrong in ("0", "-1", "x", "9" * 40, "٢"):
        assert name_on(desk.get(f"{ROOM}?sort=name&at={wrong}").text) == "Person 0"
    assert "Nothing is left to read here" in desk.get(f"{ROOM}?decision=offer:offered").text


def test_after_a_decision_the_next_one_comes_whether_or_not_the_filter_lets_go(
    desk: Browser, registration_database: Database
) -> None:
    first = application_called(registration_database, "Person 0")
    kept = press_at_desk(desk, f"{ROOM}/{first}/propose?sort=name&at=1", outcome="accept")
    assert kept.headers["Location"].endswith(f"{ROOM}?sort=name&at=2")
    second = application_called(registration_database, "Person 1")
    let_go = press_at_desk(
        desk, f"{ROOM}/{second}/propose?sort=name&decision=none&at=1", outcome="decline", note="Late."
    )
    assert let_go.headers["Location"].endswith(f"{ROOM}?sort=name&decision=none&at=1")
    assert name_on(desk.get(let_go.headers["Location"]).text) == "Person 2"
    back = press_at_desk(desk, f"{ROOM}/{first}/propose?sort=name&at=1", outcome="none")
    assert back.headers["Location"].endswith("at=1"), "who takes it back stays with it"
    with registration_database.reading() as session:
        standing = session.execute(
            select(Decision.application_id, Decision.outcome, Decision.note).where(Decision.state == "proposed")
        ).all()
    assert standing == [(second, "decline", "Late.")]


def test_a_refusal_is_told_in_the_reading_room(desk: Browser, registration_database: Database) -> None:
    first = application_called(registration_database, "Person 0")
    press_at_desk(desk, f"{ROOM}/{first}/propose?sort=name&at=1", outcome="accept")
    again = press_at_desk(desk, f"{ROOM}/{first}/propose?sort=name&at=1", outcome="accept")
    assert again.headers["Location"].startswith(f"{ROOM}?sort=name&at=1")
    assert 'role="status"' in desk.get(again.headers["Location"]).text


def test_a_note_stands_in_the_story_and_the_applicant_never_sees_it(
    desk: Browser, registration_database: Database
) -> None:
    first = application_called(registration_database, "Person 0")
    assert press_at_desk(desk, f"{ROOM}/{first}/note?at=4", words="").status_code == 303
    kept = press_at_desk(desk, f"{ROOM}/{first}/note?sort=name&at=1", words="Met in <b>Mopti</b>.")
    assert kept.headers["Location"].endswith("?sort=name&at=1")
    page = desk.get(f"/desk/e/spring-2026/applications/{first}").text
    assert "Met in &lt;b&gt;Mopti&lt;/b&gt;." in page
    with registration_database.reading() as session:
        person_id = session.scalars(select(Application.person_id).where(Application.id == first)).one()
    assert person_id is not None
    mine = signed_in_as(desk.application, registration_database, person_id)
    assert "Mopti" not in mine.get(f"/me/applications/{first}").text


def test_asking_for_information_comes_back_to_the_same_place(desk: Browser, registration_database: Database) -> None:
    first = application_called(registration_database, "Person 0")
    asked = press_at_desk(desk, f"{ROOM}/{first}/ask?sort=name&at=1", fields="motivation", message="More?")
    assert asked.headers["Location"].endswith(f"{ROOM}?sort=name&at=1")
    assert "Needs information" in desk.get(asked.headers["Location"]).text


def test_each_choice_of_a_filter_says_how_many_it_would_show(registration_database: Database, edition_id: UUID) -> None:
    applied = apply(registration_database, edition_id, now=now(), email="p9@example.org", name="Person 9", country="PE")
    decide(registration_database, applied)
    with registration_database.reading() as session:
        counted = choices_counted(session, edition_id=edition_id, wish=Wish(countries=["PE"]))
        assert counted["country"] == {"SN": 3, "PE": 2}, "of its own filter every choice is counted"
        assert counted["state"] == {"submitted": 1, "under_review": 1}, "the others narrow"
        assert counted["decision"] == {"none": 1, "proposed:accept": 1}
        assert choices_counted(session, edition_id=edition_id, wish=Wish(search="Person")) == {}


def test_the_list_shows_the_counts_and_joins_what_it_filters_by(desk: Browser) -> None:
    page = desk.get("/desk/e/spring-2026/applications?country=SN&country=PE&state=submitted").text
    assert '<span class="muted nums">3</span>' in page
    words = " ".join(page.partition('<ul class="sentences')[2].partition("</ul>")[0].split())
    assert "Country is <em>Senegal</em>" in words or "Senegal" in words
    assert '<li class="bare">or</li>' in words
    assert '<li class="bare">and</li>' in words
    assert form_token(page)
