from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from services.registration.app import BLUEPRINTS
from shared.clock import now
from shared.schema.registration import Edition
from shared.words.formats import format_date
from tests.support.registration import apply, make_edition, make_open_edition
from tests.support.web import Browser, app_of, form_token, person_called, signed_in_as, visitor

if TYPE_CHECKING:
    from flask import Flask

    from shared.database import Database


@pytest.fixture
def app(registration_database: Database) -> Flask:
    return app_of(*BLUEPRINTS, database=registration_database)


@pytest.fixture
def desk(app: Flask, registration_database: Database) -> Browser:
    organiser = person_called(registration_database, "Odile", roles=["organiser"])
    return signed_in_as(app, registration_database, organiser, means="staff")


def filled(**changes: str) -> dict[str, object]:
    return {
        "slug": "turin-2027", "name_en": "Turin Academy", "summary_en": "One week in Turin.", "name_fr": "Académie",
        "place": "Turin, Italy", "starts_on": "2027-06-07", "ends_on": "2027-06-11", "time_zone": "Europe/Rome",
        "languages": ["en", "fr"], "capacity": "80", "over_offer": "0", "opens_at": "2020-01-01T00:00",
        "closes_at": "2027-03-31T23:59", "offer_days": "14", "accent": "#224466", "contact": "a@example.org", **changes,
    }  # fmt: skip


def test_who_applied_reads_by_when_to_hear_until_that_day_is_over(app: Flask, registration_database: Database) -> None:
    promised = now().date() + timedelta(days=9)
    edition_id = make_open_edition(registration_database, heard_by=promised)
    applied = apply(registration_database, edition_id, now=now())
    mine = signed_in_as(app, registration_database, applied.person_id)
    sentence = f"You hear from us by {format_date(promised)}."
    assert sentence in mine.get("/me?lang=en").text
    assert format_date(promised) in visitor(app).get("/e/spring-2026?lang=en").text
    with registration_database.transaction() as session:
        session.execute(update(Edition).values(heard_by=now().date() - timedelta(days=2)))
    assert "You hear from us by" not in mine.get("/me?lang=en").text


def test_an_edition_is_created_published_shown_changed_and_taken_from_view(app: Flask, desk: Browser) -> None:
    token = {"csrf_token": form_token(desk.get("/desk/editions/new").text)}
    assert desk.post("/desk/editions/new", data=filled() | token).status_code == 303
    assert visitor(app).get("/e/turin-2027").status_code == 404
    page = desk.get("/desk/e/turin-2027/edition").text
    assert "2027-03-31T23:59" in page
    assert desk.post("/desk/e/turin-2027/edition/publish", data={"public": "yes"} | token).status_code == 303
    app.extensions.pop("showcase", None)
    assert "One week in Turin." in visitor(app).get("/e/turin-2027").text
    changed = desk.post("/desk/e/turin-2027/edition", data=filled(name_en="Turin Academy 2027", slug="x") | token)
    assert changed.status_code == 303
    assert "Turin Academy 2027" in desk.get("/desk/editions").text
    desk.post("/desk/e/turin-2027/edition/publish", data={"public": "no"} | token)
    app.extensions.pop("showcase", None)
    assert visitor(app).get("/e/turin-2027").status_code == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [("slug", "Turin 2027"), ("slug", "spring-2026"), ("ends_on", "2027-06-01"),
     ("closes_at", "2019-01-01T00:00"),
     ("time_zone", "Mars/Base"), ("capacity", "-1"), ("contact", "nobody"), ("name_en", ""), ("accent", "red"),
     ("starts_on", "soon"), ("heard_by", "2027-06-07"), ("heard_by", "in May"),
     ("closes_at", "9999-12-31T23:59"), ("opens_at", "0001-01-01T00:00")],
)  # fmt: skip
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    registration_database: Database, desk: Browser, field: str, value: str
) -> None:
    make_edition(registration_database)
    token = {"csrf_token": form_token(desk.get("/desk/editions/new").text)}
    typed = filled(name_fr="", venue="Hall B", **{field: value}) | token
    page = desk.post("/desk/editions/new", data=typed)
    assert page.status_code == 422
    assert "Hall B" in page.text


@pytest.mark.parametrize("word", ["new", "mail", "editions", "me"])
def test_no_word_is_kept_from_the_address_of_an_edition(desk: Browser, word: str) -> None:
    token = {"csrf_token": form_token(desk.get("/desk/editions/new").text)}
    assert desk.post("/desk/editions/new", data=filled(slug=word) | token).status_code == 303
    assert "Turin" in desk.get(f"/desk/e/{word}/edition").text
    assert desk.get(f"/desk/e/{word}/applications").status_code == 200
    assert desk.get("/desk/editions/new").status_code == 200


def test_only_organisers_touch_editions(app: Flask, registration_database: Database) -> None:
    reviewer = person_called(registration_database, "Rui", roles=["reviewer"])
    assert signed_in_as(app, registration_database, reviewer, means="staff").get("/desk/editions").status_code == 403


def test_an_organiser_of_one_edition_does_not_change_another_nor_create_one(
    app: Flask, registration_database: Database
) -> None:
    mine = make_edition(registration_database, slug="mine")
    make_edition(registration_database, slug="theirs")
    organiser = person_called(registration_database, "Omar", roles=[("organiser", mine)])
    desk = signed_in_as(app, registration_database, organiser, means="staff")
    assert desk.get("/desk/e/mine/edition").status_code == 200
    assert desk.get("/desk/e/theirs/edition").status_code == 404
    assert desk.get("/desk/editions/new").status_code == 403


def test_a_language_is_chosen_and_kept(app: Flask, registration_database: Database) -> None:
    person = signed_in_as(app, registration_database, person_called(registration_database, "Ada"))
    token = form_token(person.get("/me/settings").text)
    answer = person.post("/language", data={"csrf_token": token, "lang": "fr", "next": "https://evil.example/"})
    assert answer.status_code == 303
    assert answer.location == "/"
    assert '<html lang="fr"' in person.get("/me").text
