"""Whoever presses twice is answered like the first time; an offer says what it is worth at that moment."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from services.registration.app import BLUEPRINTS
from shared.clock import now
from shared.schema.outbox.entries import FactRow
from shared.schema.people.persons import Person
from shared.schema.registration import Enrolment
from tests.support.registration import Applied, apply, decide, make_open_edition, offer_of, release
from tests.support.web import Browser, app_of, form_token, person_called, signed_in_as

if TYPE_CHECKING:
    from flask import Flask

    from shared.database import Database


@pytest.fixture
def app(registration_database: Database) -> Flask:
    return app_of(*BLUEPRINTS, database=registration_database)


def edition(database: Database, **changes: int) -> UUID:
    return make_open_edition(database, **changes)


def accepted(database: Database, edition_id: UUID, *addresses: str) -> list[Applied]:
    made = [apply(database, edition_id, now=now(), email=address) for address in addresses]
    for one in made:
        decide(database, one, now=now())
    with database.transaction() as session:
        session.execute(update(Person).values(locale="en"))
    return made


def facts(database: Database, name: str) -> int:
    with database.reading() as session:
        return session.execute(select(func.count()).select_from(FactRow).where(FactRow.name == name)).scalar_one()


def twice(browser: Browser, path: str, page: str = "/me", **fields: str) -> str:
    form = {"csrf_token": form_token(browser.get(page).text), **fields}
    first, second = browser.post(path, data=form), browser.post(path, data=form)
    assert (first.status_code, first.location) == (303, second.location)
    shown = browser.get(second.location).text
    notices = re.findall(r'role="status">\s*<p>([^<]+)', shown)
    assert len(notices) == 2
    assert notices[0] == notices[1]
    return str(notices[0])


def test_accepting_and_giving_up_a_place_twice(app: Flask, registration_database: Database) -> None:
    edition_id = edition(registration_database)
    [one] = accepted(registration_database, edition_id, "a@example.org")
    release(registration_database, edition_id, now=now())
    browser = signed_in_as(app, registration_database, one.person_id)
    assert "is yours" in twice(browser, f"/me/offers/{offer_of(registration_database, one).id}/accept")
    with registration_database.reading() as session:
        enrolment_id = session.execute(select(Enrolment.id)).scalar_one()
    assert "gave your place up" in twice(browser, f"/me/enrolments/{enrolment_id}/withdraw")
    assert facts(registration_database, "OfferAccepted") == facts(registration_database, "EnrolmentWithdrawn") == 1


def test_declining_an_offer_and_withdrawing_an_application_twice(app: Flask, registration_database: Database) -> None:
    edition_id = edition(registration_database)
    [one] = accepted(registration_database, edition_id, "a@example.org")
    release(registration_database, edition_id, now=now())
    browser = signed_in_as(app, registration_database, one.person_id)
    assert "declined" in twice(browser, f"/me/offers/{offer_of(registration_database, one).id}/decline", why="Visa")
    assert "withdrawn" in twice(browser, f"/me/applications/{one.application_id}/withdraw")
    assert facts(registration_database, "OfferDeclined") == facts(registration_database, "ApplicationWithdrawn") == 1


def test_releasing_a_batch_twice_mails_once(app: Flask, registration_database: Database) -> None:
    edition_id = edition(registration_database)
    accepted(registration_database, edition_id, "a@example.org", "b@example.org")
    desk = signed_in_as(
        app, registration_database, person_called(registration_database, "Ola", roles=["organiser"]), means="staff"
    )
    page = "/desk/e/spring-2026/decisions/release"
    seen = re.search(r'name="seen" value="([^"]+)"', desk.get(page).text)
    assert seen
    other = signed_in_as(
        app, registration_database, person_called(registration_database, "Ann", roles=["approver"]), means="staff"
    )
    form = {"csrf_token": form_token(desk.get(page).text), "seen": seen[1]}
    first, second = desk.post(page, data=form), desk.post(page, data=form)
    assert (first.status_code, first.location) == (303, second.location)
    assert "2 decisions are known" in desk.get(first.location).text
    late = other.post(page, data={"csrf_token": form_token(other.get("/desk").text), "seen": seen[1]})
    assert (late.status_code, late.location) == (303, page)
    assert 'class="notice bad' in other.get(page).text
    assert facts(registration_database, "OfferMade") == 2


def test_an_offer_beyond_the_places_never_says_that_a_place_is_held(
    app: Flask, registration_database: Database
) -> None:
    edition_id = edition(registration_database, capacity=1, over_offer=1)
    first, second = accepted(registration_database, edition_id, "a@example.org", "b@example.org")
    release(registration_database, edition_id, now=now())
    quick, slow = (signed_in_as(app, registration_database, one.person_id) for one in (first, second))
    page = f"/me/offers/{offer_of(registration_database, second).id}"
    for before in (slow.get(page).text, slow.get("/me").text):
        assert "is held" not in before
        assert "Whoever accepts first has" in before or "whoever accepts first has" in before
    token = form_token(quick.get("/me").text)
    quick.post(f"/me/offers/{offer_of(registration_database, first).id}/accept", data={"csrf_token": token})
    token = form_token(slow.get("/me").text)
    late = slow.post(f"{page}/accept", data={"csrf_token": token})
    assert late.location == page
    after = slow.get(page).text
    assert "Others were quicker" in after
    assert "All places are taken at the moment" in after
    assert "Accept the place" not in after
    assert "is held" not in slow.get("/me").text
    quick.post(
        f"/me/enrolments/{enrolment_of(registration_database)}/withdraw",
        data={"csrf_token": form_token(quick.get("/me").text)},
    )
    assert "A place is held for you" in slow.get(page).text


def enrolment_of(database: Database) -> UUID:
    with database.reading() as session:
        return session.execute(select(Enrolment.id)).scalar_one()
