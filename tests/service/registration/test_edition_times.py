"""The times of an edition: opening and saving its form moves nothing, and what is unclear is asked."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from services.registration.app import BLUEPRINTS
from services.registration.queries.editions import edition_at
from tests.support.registration import apply, decide, make_edition, release
from tests.support.web import Browser, app_of, form_token, person_called, signed_in_as

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from shared.database import Database
    from shared.schema.registration import Edition

TORONTO = ZoneInfo("America/Toronto")
CLOSES = datetime(2026, 3, 31, 23, 59, 59, tzinfo=TORONTO)


@pytest.fixture
def desk(registration_database: Database) -> Browser:
    organiser = person_called(registration_database, "Odile", roles=["organiser"])
    return signed_in_as(
        app_of(*BLUEPRINTS, database=registration_database), registration_database, organiser, means="staff"
    )


def kept(database: Database) -> Edition:
    with database.reading() as session:
        return edition_at(session, "spring-2026")


def save(desk: Browser, **typed: str) -> TestResponse:
    page = desk.get("/desk/e/spring-2026/edition").text
    known = {
        "name_en": "Spring", "summary_en": "One week.", "place": "Montreal", "starts_on": "2026-06-01",
        "ends_on": "2026-06-05", "time_zone": "America/Toronto", "languages": ["en", "fr"], "capacity": "50",
        "over_offer": "0", "offer_days": "14", "accent": "#224466", "contact": "a@example.org",
        "opens_at": shown_in(page, "opens_at"), "closes_at": shown_in(page, "closes_at"),
    }  # fmt: skip
    return desk.post("/desk/e/spring-2026/edition", data=known | typed | {"csrf_token": form_token(page)})


def shown_in(page: str, name: str) -> str:
    return page.split(f'name="{name}" value="', 1)[1].split('"', 1)[0]


@pytest.mark.parametrize(
    "closes_at",
    [CLOSES, CLOSES.replace(microsecond=123456), datetime(2026, 11, 1, 5, 30, tzinfo=UTC),
     datetime(2026, 11, 1, 6, 30, tzinfo=UTC)],
)  # fmt: skip
def test_saving_an_unchanged_form_moves_nothing(
    registration_database: Database, desk: Browser, closes_at: datetime
) -> None:
    make_edition(registration_database, closes_at=closes_at)
    before = kept(registration_database)
    assert save(desk).status_code == 303
    after = kept(registration_database)
    assert (after.opens_at, after.closes_at) == (before.opens_at, closes_at)


def test_a_time_that_clocks_skip_is_refused_and_nothing_is_saved(
    registration_database: Database, desk: Browser
) -> None:
    make_edition(registration_database, closes_at=CLOSES)
    page = save(desk, closes_at="2026-03-08T02:30")
    assert page.status_code == 422
    assert "this time does not exist. Enter 01:30 or 03:30." in page.text
    assert kept(registration_database).closes_at == CLOSES


def test_a_time_that_comes_twice_is_asked_about_and_the_choice_is_kept(
    registration_database: Database, desk: Browser
) -> None:
    make_edition(registration_database, closes_at=CLOSES)
    asked = save(desk, closes_at="2026-11-01T01:30")
    assert asked.status_code == 422
    assert "UTC-04:00" in asked.text
    assert "UTC-05:00" in asked.text
    assert save(desk, closes_at="2026-11-01T01:30", closes_at_which="second").status_code == 303
    assert kept(registration_database).closes_at == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    assert save(desk).status_code == 303
    assert kept(registration_database).closes_at == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    assert save(desk, closes_at_which="first").status_code == 303
    assert kept(registration_database).closes_at == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


def test_another_zone_alone_moves_no_deadline_unasked(registration_database: Database, desk: Browser) -> None:
    make_edition(registration_database, closes_at=CLOSES)
    asked = save(desk, time_zone="Europe/Rome")
    assert asked.status_code == 422
    assert "zone_means" in asked.text
    assert kept(registration_database).time_zone == "America/Toronto"
    assert save(desk, time_zone="Europe/Rome", zone_means="instant").status_code == 303
    assert kept(registration_database).closes_at == CLOSES
    assert shown_in(desk.get("/desk/e/spring-2026/edition").text, "closes_at") == "2026-04-01T05:59:59"
    assert save(desk, time_zone="America/Toronto", zone_means="clock").status_code == 303
    assert kept(registration_database).closes_at == datetime(2026, 4, 1, 5, 59, 59, tzinfo=TORONTO)


def test_times_typed_anew_are_times_in_the_new_zone(registration_database: Database, desk: Browser) -> None:
    make_edition(registration_database, closes_at=CLOSES)
    typed = {"time_zone": "Europe/Rome", "opens_at": "2026-01-01T09:00", "closes_at": "2026-04-01T18:00"}
    assert save(desk, **typed).status_code == 303
    assert kept(registration_database).closes_at == datetime(2026, 4, 1, 16, 0, tzinfo=UTC)


def test_a_date_alone_means_the_whole_day_and_the_page_says_so(registration_database: Database, desk: Browser) -> None:
    make_edition(registration_database, closes_at=CLOSES)
    assert save(desk, opens_at="2026-01-01", closes_at="٢٠٢٦-٠٤-٣٠").status_code == 303
    edition = kept(registration_database)
    assert edition.opens_at == datetime(2026, 1, 1, 0, 0, tzinfo=TORONTO)
    assert edition.closes_at == datetime(2026, 4, 30, 23, 59, 59, tzinfo=TORONTO)
    page = desk.get("/desk/e/spring-2026/edition").text
    assert "A date alone means the end of that day." in page
    assert "The deadline is 30 Apr 2026, 23:59 (Toronto time)." in page


def test_fewer_places_than_are_taken_are_warned_of(registration_database: Database, desk: Browser) -> None:
    edition_id = make_edition(registration_database)
    for name in ("ana", "ben"):
        decide(registration_database, apply(registration_database, edition_id, email=f"{name}@example.org"))
    release(registration_database, edition_id)
    save(desk, capacity="2")
    assert "More places are taken" not in desk.get("/desk/e/spring-2026/edition").text
    save(desk, capacity="١")
    assert "More places are taken or offered (2) than there are now (1)" in desk.get("/desk/e/spring-2026/edition").text
