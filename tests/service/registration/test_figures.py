"""An edition in numbers and pictures: what the desk shows and a programme reads is what happened."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from services.registration.actions.offers import accept_offer
from services.registration.queries.editions import edition_at
from services.registration.queries.figures import (
    balance_of,
    edition_before,
    funnel_of,
    offers_ending,
    submitted_by_day,
)
from services.registration.queries.places import Pool
from services.registration.views.figures import days_chart, places_chart
from shared.deeds import Deed
from tests.support.houses import house
from tests.support.library import fetch, reader_in
from tests.support.registration import (
    NOW,
    Applied,
    apply,
    decide,
    make_edition,
    make_open_edition,
    offer_of,
    release,
    submit_unproved,
)
from tests.support.web import person_called, signed_in_as

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from shared.database import Database

PAGE = "/desk/e/spring-2026/figures"


def people(database: Database, edition_id: UUID) -> list[Applied]:
    """Let three people of two countries apply and offer a place to two."""
    found = [
        apply(
            database, edition_id, email=f"p{place}@example.org", name=f"P {place}", country=country, language=language
        )
        for place, (country, language) in enumerate((("SN", "fr"), ("SN", "fr"), ("PE", "en")))
    ]
    for one in found[1:]:
        decide(database, one)
    release(database, edition_id)
    return found


def take(database: Database, applied: Applied) -> None:
    with database.transaction() as session:
        accept_offer(session, offer_id=offer_of(database, applied).id, deed=Deed(applied.person_id, NOW))


def test_the_funnel_counts_each_person_at_every_step_and_no_drafts(
    databases: dict[str, Database], tmp_path: Path
) -> None:
    edition_id = make_edition(databases["registration"])
    found = people(databases["registration"], edition_id)
    submit_unproved(databases["registration"], edition_id, email="draft@example.org")
    take(databases["registration"], found[1])
    with databases["registration"].reading() as session:
        before = funnel_of(session, edition_id=edition_id)
    assert (before.submitted, before.decided, before.offered, before.taken, before.fetched) == (3, 2, 2, 1, None)
    reader = reader_in(databases["materials"], tmp_path, edition_id=edition_id)
    for one in found[:2]:  # the first has no place: she does not count
        fetch(databases["materials"], reader, one.person_id, NOW)
    with databases["registration"].reading() as session:
        assert funnel_of(session, edition_id=edition_id).fetched == 1


def test_the_balance_tells_applied_held_and_proposed_by_country_language_and_region(
    registration_database: Database,
) -> None:
    edition_id = make_edition(registration_database)
    found = people(registration_database, edition_id)
    decide(registration_database, found[0])
    with registration_database.reading() as session:
        balance = balance_of(session, edition_id=edition_id)
    assert [(one.key, one.applied, one.holding, one.proposed) for one in balance.countries] == [
        ("SN", 2, 1, 1),
        ("PE", 1, 1, 0),
    ]
    assert [(one.key, one.would_hold) for one in balance.languages] == [("fr", 2), ("en", 1)]
    assert [(one.key, one.would_hold) for one in balance.regions] == [("002", 2), ("019", 1)]


def test_an_application_counts_on_the_day_of_the_editions_own_clock(registration_database: Database) -> None:
    edition_id = make_edition(registration_database, time_zone="America/Toronto")
    apply(registration_database, edition_id, now=NOW.replace(hour=3))  # 22:00 the day before in Toronto
    with registration_database.reading() as session:
        counts = submitted_by_day(session, edition_id=edition_id, zone="America/Toronto")
    assert counts == {date(2026, 2, 28): 1}


def test_the_last_edition_is_laid_behind_deadline_on_deadline(registration_database: Database) -> None:
    last_id = make_edition(
        registration_database,
        slug="autumn-2025",
        starts_on=date(2025, 10, 6),
        ends_on=date(2025, 10, 10),
        opens_at=NOW - timedelta(days=230),
        closes_at=NOW - timedelta(days=200),
    )
    make_edition(registration_database, slug="empty-2026", starts_on=date(2026, 1, 5), ends_on=date(2026, 1, 9))
    edition_id = make_edition(registration_database)
    apply(registration_database, last_id, now=NOW - timedelta(days=203))
    apply(registration_database, edition_id)
    with registration_database.reading() as session:
        edition, last = edition_at(session, "spring-2026"), edition_at(session, "autumn-2025")
        found = edition_before(session, edition=edition)
        assert found is not None
        assert found.slug == "autumn-2025", "an edition nobody applied to is nothing to compare with"
        counts, earlier = (submitted_by_day(session, edition_id=one.id, zone=one.time_zone) for one in (edition, last))
        chart = days_chart(counts, edition, before=last, earlier=earlier, now=NOW + timedelta(days=25))
    day_of = {row[2]: row[0] for row in chart.rows if row[2] != "0"}
    assert day_of == {"1": "28 Mar 2026"}, "three days before the deadline of 31 March"
    assert 'class="mark"' in chart.svg


def test_open_offers_are_counted_by_the_day_they_end(registration_database: Database) -> None:
    edition_id = make_edition(registration_database)
    people(registration_database, edition_id)
    with registration_database.reading() as session:
        ending = offers_ending(session, edition_id=edition_id, zone="America/Toronto", now=NOW)
    assert len(ending) == 15
    assert [count for _day, count in ending if count] == [2]
    assert ending[-1] == (date(2026, 3, 15), 2)


def test_places_that_are_promised_twice_are_said_and_not_drawn_away(registration_database: Database) -> None:
    edition_id = make_edition(registration_database)
    full = Pool(edition_id, capacity=4, over_offer=2, offer_days=14, offered=3, enrolled=2)
    assert places_chart(full).summary == "1 more is promised than there are places."
    assert places_chart(full, proposed=1).rows == [("Taken", "2"), ("Offered", "3"), ("Proposed", "1"), ("Free", "0")]


def test_page_and_programme_tell_the_same_to_who_may_see_it(databases: dict[str, Database], tmp_path: Path) -> None:
    database = databases["registration"]
    edition_id = make_open_edition(database, opens_at=NOW - timedelta(days=1))
    people(database, edition_id)
    app = house("registration", databases, tmp_path)
    viewer = signed_in_as(app, database, person_called(database, "Vera", roles=["viewer"]), means="staff")
    page = viewer.get(PAGE)
    assert page.status_code == 200
    for told in ("48 of 50 places are free.", "2 with a place or an offer, of 3 who applied.", "3 in all; most on"):
        assert told in page.text
    door = signed_in_as(app, database, person_called(database, "Dora", roles=["door"]), means="staff")
    assert door.get(PAGE).status_code == 403


def test_an_edition_without_anybody_says_so_in_words(databases: dict[str, Database], tmp_path: Path) -> None:
    database = databases["registration"]
    make_open_edition(database)
    app = house("registration", databases, tmp_path)
    organiser = signed_in_as(app, database, person_called(database, "Odile", roles=["organiser"]), means="staff")
    page = organiser.get(PAGE).text
    assert page.count("Nothing yet.") >= 5
    assert "NaN" not in page


def test_the_page_that_releases_shows_what_it_makes_of_the_balance(
    databases: dict[str, Database], tmp_path: Path
) -> None:
    database = databases["registration"]
    edition_id = make_open_edition(database, opens_at=NOW - timedelta(days=1))
    found = people(database, edition_id)
    decide(database, found[0])
    app = house("registration", databases, tmp_path)
    organiser = signed_in_as(app, database, person_called(database, "Odile", roles=["organiser"]), means="staff")
    page = organiser.get("/desk/e/spring-2026/decisions/release").text
    assert "3 with a place or an offer, of 3 who applied." in page
    assert "47 of 50 places are free." in page
