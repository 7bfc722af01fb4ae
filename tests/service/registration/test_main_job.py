"""The main job over HTTP: apply, propose, release, accept, and where it is told."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from sqlalchemy import select

from services.registration.app import BLUEPRINTS
from shared.clock import now
from shared.schema.outbox.entries import FactRow
from shared.schema.registration import Application, Enrolment
from tests.support.registration import Applied, apply, decide, make_edition, offer_of, release
from tests.support.web import app_of, form_token, person_called, signed_in_as, visitor

if TYPE_CHECKING:
    from flask import Flask

    from shared.database import Database

SLUG = "spring-2026"


@pytest.fixture
def edition_id(registration_database: Database) -> UUID:
    moment = now()
    return make_edition(
        registration_database,
        opens_at=moment - timedelta(days=1),
        closes_at=moment + timedelta(days=5),
        starts_on=moment.date() + timedelta(days=60),
        ends_on=moment.date() + timedelta(days=64),
    )


@pytest.fixture
def app(registration_database: Database, edition_id: UUID) -> Flask:  # noqa: ARG001 - the edition must be there
    return app_of(*BLUEPRINTS, database=registration_database)


def facts(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.execute(select(FactRow.name).where(FactRow.name != "").order_by(FactRow.id)).scalars())


def test_the_main_job_from_the_desk_to_the_taken_place(
    app: Flask, registration_database: Database, edition_id: UUID
) -> None:
    applied = apply(registration_database, edition_id, now=now())
    desk = signed_in_as(
        app, registration_database, person_called(registration_database, "Odile", roles=["organiser"]), means="staff"
    )
    assert "Without a decision" in desk.get("/desk").text
    table = desk.get(f"/desk/e/{SLUG}/applications").text
    assert "Awa Diop" in table
    page = desk.get(f"/desk/e/{SLUG}/applications/{applied.application_id}")
    assert "To learn from others." in page.text
    proposed = desk.post(
        f"/desk/e/{SLUG}/applications/{applied.application_id}/propose",
        data={"csrf_token": form_token(page.text), "outcome": "accept", "note": "Strong case"},
    )
    assert proposed.status_code == 303
    assert "Strong case" in desk.get(f"/desk/e/{SLUG}/decisions").text
    batch = desk.get(f"/desk/e/{SLUG}/decisions/release").text
    assert "Release 1 decision" in batch
    seen = re.search(r'name="seen" value="([0-9a-f]+)"', batch)
    assert seen
    released = desk.post(f"/desk/e/{SLUG}/decisions/release", data={"csrf_token": form_token(batch), "seen": seen[1]})
    assert released.status_code == 303
    assert facts(registration_database)[-3:] == ["DecisionReleased", "OfferMade", "ReleaseFinished"]

    person = signed_in_as(app, registration_database, applied.person_id)
    me = person.get("/me").text
    offer = offer_of(registration_database, applied)
    assert f"/me/offers/{offer.id}" in me
    assert "Strong case" not in person.get(f"/me/applications/{applied.application_id}").text
    page = person.get(f"/me/offers/{offer.id}")
    token = form_token(page.text)
    assert person.post(f"/me/offers/{offer.id}/accept", data={"csrf_token": token}).status_code == 303
    assert person.post(f"/me/offers/{offer.id}/accept", data={"csrf_token": token}).status_code == 303
    assert facts(registration_database)[-1] == "OfferAccepted"
    assert "You have a place." in person.get("/me?lang=en").text
    story = desk.get(f"/desk/e/{SLUG}/applications/{applied.application_id}").text
    assert "Place taken" in story
    with registration_database.reading() as session:
        assert session.execute(select(Enrolment.state)).scalar_one() == "accepted"


def test_a_bulk_proposal_first_shows_what_it_will_do_and_then_what_it_skipped(
    app: Flask, registration_database: Database, edition_id: UUID
) -> None:
    moment = now()
    everybody = [apply(registration_database, edition_id, now=moment, email=f"p{n}@example.org") for n in range(3)]
    decide(registration_database, everybody[0], now=moment)
    release(registration_database, edition_id, now=moment)
    desk = signed_in_as(
        app, registration_database, person_called(registration_database, "Odile", roles=["organiser"]), means="staff"
    )
    token = form_token(desk.get(f"/desk/e/{SLUG}/applications").text)
    form = {"csrf_token": token, "outcome": "reserve", "ids": [str(one.application_id) for one in everybody]}
    url = f"/desk/e/{SLUG}/applications/propose"
    preview = desk.post(url, data=form)
    assert preview.status_code == 200
    assert "2 applications" in preview.text
    assert "has an open offer or a place" in preview.text
    assert "0 decisions" not in desk.get(f"/desk/e/{SLUG}/decisions").text
    done = desk.post(url, data=form | confirmed(preview.text), follow_redirects=True)
    assert "2 decisions are proposed." in done.text
    assert "1 was skipped: has an open offer or a place" in done.text
    everyone = desk.post(f"{url}?state=under_review", data={"csrf_token": token, "outcome": "decline", "all": "yes"})
    assert "2 applications" in everyone.text


def confirmed(preview: str) -> dict[str, str]:
    """Return what the form of a preview sends beside the reason."""
    return dict(re.findall(r'type="hidden" name="(bulk|seen|all)" value="([^"]*)"', preview))


def test_the_table_narrows_sorts_and_searches(app: Flask, registration_database: Database, edition_id: UUID) -> None:
    moment = now()
    apply(registration_database, edition_id, now=moment, name="Zoé 100%", email="z@example.org", country="FR")
    apply(registration_database, edition_id, now=moment, name="Ana", email="a@example.org", country="BR", language="en")
    desk = signed_in_as(
        app, registration_database, person_called(registration_database, "Vera", roles=["viewer"]), means="staff"
    )
    url = f"/desk/e/{SLUG}/applications"
    assert desk.get(f"{url}?sort=name").text.index("Ana") < desk.get(f"{url}?sort=name").text.index("Zoé")
    assert "Zoé" not in desk.get(f"{url}?country=BR").text.split("<tbody>")[1]
    assert "Ana" not in desk.get(f"{url}?q=100%25").text.split("<tbody>")[1]
    assert desk.get(f"{url}?q=%00").status_code == 400
    for odd in ("?q=%ED%A0%80", "?sort=;drop&page=-1&per=x", "?decision=none&state=draft", "?q=!%25_'\""):
        assert desk.get(url + odd).status_code == 200, odd


def test_an_application_is_edited_with_history_until_the_deadline_and_withdrawn(
    app: Flask, registration_database: Database, edition_id: UUID
) -> None:
    applied = apply(registration_database, edition_id, now=now())
    person = signed_in_as(app, registration_database, applied.person_id)
    url = f"/me/applications/{applied.application_id}"
    page = person.get(f"{url}/edit").text
    form = {
        "csrf_token": form_token(page), "name": "Awa Diop", "country": "SN", "language": "fr", "email": "x@evil.org",
        "motivation": "New words", "needs_fellowship": "no",
    }  # fmt: skip
    assert person.post(f"{url}/edit", data=form).status_code == 303
    with registration_database.reading() as session:
        kept = session.get_one(Application, applied.application_id)
    assert (kept.answers["motivation"], kept.email) == ("New words", "awa@example.org")
    desk = signed_in_as(
        app, registration_database, person_called(registration_database, "Odile", roles=["organiser"]), means="staff"
    )
    assert "Answers changed" in desk.get(f"/desk/e/{SLUG}/applications/{applied.application_id}").text
    assert person.post(f"{url}/withdraw", data={"csrf_token": form["csrf_token"]}).status_code == 303
    assert facts(registration_database)[-1] == "ApplicationWithdrawn"
    assert person.get(f"{url}/edit").status_code == 409


def test_other_peoples_things_are_not_found(app: Flask, registration_database: Database, edition_id: UUID) -> None:
    moment = now()
    applied = apply(registration_database, edition_id, now=moment)
    decide(registration_database, applied, now=moment)
    release(registration_database, edition_id, now=moment)
    offer = offer_of(registration_database, applied)
    stranger = signed_in_as(app, registration_database, person_called(registration_database, "Eve"))
    token = form_token(stranger.get("/me/settings").text)
    for path in (f"/me/applications/{applied.application_id}", f"/me/offers/{offer.id}"):
        assert stranger.get(path).status_code == 404
    for path in (f"/me/offers/{offer.id}/accept", f"/me/applications/{applied.application_id}/withdraw"):
        assert stranger.post(path, data={"csrf_token": token}).status_code == 404
    assert visitor(app).get("/me").status_code == 303
    assert stranger.get("/desk").status_code in {303, 403}


def test_a_reviewer_of_one_edition_sees_nothing_of_another(
    app: Flask, registration_database: Database, edition_id: UUID
) -> None:
    other = make_edition(registration_database, slug="other")
    applied: Applied = apply(registration_database, edition_id, now=now())
    reviewer = person_called(registration_database, "Rui", roles=[("reviewer", other)])
    desk = signed_in_as(app, registration_database, reviewer, means="staff")
    assert desk.get("/desk/e/other/applications").status_code == 200
    assert desk.get(f"/desk/e/{SLUG}/applications").status_code == 404
    assert desk.get(f"/desk/e/other/applications/{applied.application_id}").status_code == 404
    token = form_token(desk.get("/desk/e/other/applications").text)
    assert desk.post("/desk/e/other/decisions/release", data={"csrf_token": token}).status_code == 403


def test_a_person_keeps_language_and_zone_and_takes_the_data_along(
    app: Flask, registration_database: Database, edition_id: UUID
) -> None:
    applied = apply(registration_database, edition_id, now=now())
    decide(registration_database, applied, "decline", now=now())
    person = signed_in_as(app, registration_database, applied.person_id)
    form = {"csrf_token": form_token(person.get("/me/settings").text), "name": "Awa D.", "called": ""}
    saved = person.post("/me/settings", data=form | {"locale": "ar", "time_zone": "Africa/Dakar"})
    assert saved.status_code == 303
    assert 'dir="rtl"' in person.get("/me").text
    assert person.post("/me/settings", data=form | {"locale": "xx", "time_zone": "Mars"}).status_code == 422
    data = person.get("/me/data")
    assert data.headers["Content-Disposition"].startswith("attachment")
    assert data.json is not None
    assert data.json["person"]["name"] == "Awa D."
    assert data.json["applications"][0]["answers"]["motivation"] == "To learn from others."
    assert "decline" not in data.text
