"""A long form step by step: saved with each, resumed elsewhere by a mailed link, checked on one page, sent once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from sqlalchemy import func, select

from services.registration.actions.form_drafts import HALF_LASTS, prune_form_drafts
from services.registration.actions.offers import accept_offer
from services.registration.app import BLUEPRINTS
from services.registration.demo.forms import demo_form
from services.registration.rules.forms.definitions import Definition
from shared.clock import now
from shared.deeds import Deed
from shared.links import SAVED_FORM
from shared.schema.outbox.entries import Entry, FactRow
from shared.schema.registration import Application, Form, FormDraft, FormResponse
from tests.support.forms import fields_of, form_called, publish
from tests.support.links import mailed_path
from tests.support.registration import apply, decide, make_edition, offer_of, release
from tests.support.web import app_of, person_called, signed_in_as, visitor

if TYPE_CHECKING:
    from flask import Flask

    from shared.database import Database
    from tests.support.web import Browser

APPLY = "/e/spring-2026/apply"
STEPS = (
    {"name": "Awa Diop", "called": "", "email": "awa@example.org", "country": "SN", "language": "fr"},
    {"organisation": "Coop", "role": "other", "role.other": "Griotte", "years": "٧"},
    {"motivation": "To learn\nfrom others.", "topics.green": "1", "topics.finance": "2", "spoken.fr": "C2"},
    {
        "needs_fellowship": "no",
        "fellowship_cover": "Not asked",
        "needs_visa": "yes",
        "visa_where": "Dakar",
        "consent": "yes",
    },
)  # fmt: skip


@pytest.fixture
def edition(registration_database: Database) -> UUID:
    moment = now()
    made = make_edition(
        registration_database, opens_at=moment - timedelta(1), closes_at=moment + timedelta(9),
        starts_on=moment.date() + timedelta(60), ends_on=moment.date() + timedelta(64),
    )  # fmt: skip
    publish(registration_database, made, demo_form().definition)
    return made


@pytest.fixture
def app(registration_database: Database, edition: UUID) -> Flask:
    assert edition
    return app_of(*BLUEPRINTS, database=registration_database)


def step(browser: Browser, number: int, *, go: str = "on", **changes: str) -> tuple[int, str, str]:
    """Send one step as it is filled in above; return status, where it leads, and the page."""
    form = fields_of(browser.get(f"{APPLY}/steps/{number}").text)
    sent = browser.post(f"{APPLY}/steps/{number}", data=form | STEPS[number - 1] | {"go": go} | changes)
    return sent.status_code, sent.headers.get("Location", ""), sent.text


def everything(database: Database) -> list[Application]:
    with database.reading() as session:
        return list(session.execute(select(Application)).scalars())


def halves(database: Database) -> int:
    with database.reading() as session:
        return session.execute(select(func.count()).select_from(FormDraft)).scalar_one()


def test_four_steps_are_saved_checked_on_one_page_and_sent_as_one_application(
    app: Flask, registration_database: Database
) -> None:
    browser = visitor(app)
    assert browser.get(APPLY).headers["Location"] == f"{APPLY}/steps/1"
    for number in (1, 2, 3):
        assert step(browser, number)[:2] == (303, f"{APPLY}/steps/{number + 1}")
    assert step(browser, 4)[:2] == (303, f"{APPLY}/review")
    review = browser.get(f"{APPLY}/review").text
    assert "Griotte" in review
    assert "Not asked" not in review
    sent = browser.post(f"{APPLY}/review", data=fields_of(review))
    assert sent.status_code == 303
    assert f"{APPLY}/sent/" in sent.headers["Location"]
    again = browser.post(f"{APPLY}/review", data=fields_of(review))
    assert again.headers["Location"] == sent.headers["Location"]
    [one] = everything(registration_database)
    assert (one.name, one.form_version, halves(registration_database)) == ("Awa Diop", 2, 0)
    assert one.answers == {
        "role": {"other": "Griotte"}, "years": 7, "motivation": "To learn\nfrom others.",
        "topics": ["green", "finance"], "spoken": {"fr": "C2"}, "needs_fellowship": False, "needs_visa": True,
        "visa_where": "Dakar",
    }  # fmt: skip


def test_what_is_wrong_is_said_at_the_step_and_saved_all_the_same(app: Flask, registration_database: Database) -> None:
    browser = visitor(app)
    status, _where, page = step(browser, 1, email="nowhere", name="")
    assert status == 422
    assert "Enter your name as it is on your passport" in page
    assert fields_of(browser.get(f"{APPLY}/steps/1").text)["email"] == "nowhere"
    assert step(browser, 2, go="typing")[0] == 204
    assert fields_of(browser.get(f"{APPLY}/steps/2").text)["role.other"] == "Griotte"
    assert step(browser, 2, go="back")[1] == f"{APPLY}/steps/1"
    review = browser.post(f"{APPLY}/review", data=fields_of(browser.get(f"{APPLY}/review").text))
    assert review.status_code == 422
    assert everything(registration_database) == []
    assert halves(registration_database) == 1


def test_a_half_filled_form_goes_on_elsewhere_by_the_mailed_link_and_nowhere_without(
    app: Flask, registration_database: Database
) -> None:
    phone, library, stranger = visitor(app), visitor(app), visitor(app)
    assert step(phone, 1, go="later")[1] == f"{APPLY}/later"
    page = phone.get(f"{APPLY}/later").text
    assert 'value="awa@example.org"' in page
    token = fields_of(phone.get(f"{APPLY}/steps/1").text)["csrf_token"]
    asked = phone.post(f"{APPLY}/later", data={"csrf_token": token, "email": "awa@example.org"})
    assert asked.status_code == 303
    with registration_database.reading() as session:
        draft = session.execute(select(FormDraft)).scalar_one()
        assert session.execute(
            select(func.count()).select_from(Entry).join(FactRow, FactRow.id == Entry.fact_id)
            .where(FactRow.name == "SavedFormLinkRequested", Entry.subscriber == "notifications")
        ).scalar_one() == 1  # fmt: skip
    link = mailed_path(app, SAVED_FORM, draft.id)
    shown = library.get(link)
    assert shown.status_code == 200
    assert "Awa" not in shown.text
    taken = library.post(link, data={"csrf_token": shown.text.split('name="csrf_token" value="')[1].split('"')[0]})
    assert taken.status_code == 303
    assert fields_of(library.get(f"{APPLY}/steps/1").text)["name"] == "Awa Diop"
    assert fields_of(stranger.get(f"{APPLY}/steps/1").text)["name"] == ""
    assert stranger.get("/apply/continue/forged").status_code == 404


def test_a_person_signed_in_has_one_half_filled_form_on_every_device(
    app: Flask, registration_database: Database
) -> None:
    awa = person_called(registration_database, "Awa")
    phone, laptop = (signed_in_as(app, registration_database, awa) for _ in range(2))
    assert step(phone, 2)[0] == 303
    assert fields_of(laptop.get(f"{APPLY}/steps/2").text)["role.other"] == "Griotte"
    assert step(laptop, 3)[0] == 303
    assert halves(registration_database) == 1


def test_a_version_published_meanwhile_keeps_what_was_typed_and_says_what_is_new(
    app: Flask, registration_database: Database, edition: UUID
) -> None:
    browser = visitor(app)
    step(browser, 1)
    kept = demo_form().definition.kept()
    kept["sections"][1]["fields"].append({"type": "phone", "key": "phone", "label": {"en": "Telephone"}})
    publish(registration_database, edition, Definition.model_validate(kept), now=now())
    app.extensions["showcase"].look_again()
    page = browser.get(f"{APPLY}/steps/2").text
    assert "New: Telephone" in page
    assert fields_of(browser.get(f"{APPLY}/steps/1").text)["name"] == "Awa Diop"


def test_a_form_left_half_filled_is_forgotten_after_a_month(app: Flask, registration_database: Database) -> None:
    step(visitor(app), 1)
    for age, left in ((HALF_LASTS - timedelta(1), 1), (HALF_LASTS + timedelta(1), 0)):
        with registration_database.transaction() as session:
            prune_form_drafts(session, now=now() + age, limit=10)
        assert halves(registration_database) == left


def test_whoever_has_a_place_fills_in_the_form_about_the_journey_and_the_desk_reads_it(
    app: Flask, registration_database: Database
) -> None:
    moment = now()
    edition = make_edition(
        registration_database, slug="plain", opens_at=moment - timedelta(1), closes_at=moment + timedelta(9)
    )
    form_called(registration_database, edition, "travel")
    awa, ben = (apply(registration_database, edition, email=f"{who}@example.org", now=now()) for who in ("awa", "ben"))
    decide(registration_database, awa, now=now())
    release(registration_database, edition, now=now())
    with registration_database.transaction() as session:
        accept_offer(session, offer_id=offer_of(registration_database, awa).id, deed=Deed(awa.person_id, now()))
    with registration_database.reading() as session:
        form_id = session.execute(select(Form.id).where(Form.slug == "travel")).scalar_one()
    page = f"/me/forms/{form_id}"
    hers, his = (signed_in_as(app, registration_database, one.person_id) for one in (awa, ben))
    assert his.get(page).status_code == 404
    assert page not in his.get("/me").text
    assert page in hers.get("/me").text
    empty = fields_of(hers.get(page).text)
    assert hers.post(page, data=empty).status_code == 422
    sent = hers.post(page, data=empty | {"needs_visa": "yes", "visa_where": "Dakar", "phone": "00221 77 123 45 67"})
    assert sent.status_code == 303
    assert hers.post(page, data=fields_of(hers.get(page).text)).status_code == 303
    with registration_database.reading() as session:
        kept = session.execute(select(FormResponse)).scalar_one()
    assert kept.answers == {"needs_visa": True, "visa_where": "Dakar", "phone": "+221771234567"}
    desk = signed_in_as(
        app, registration_database, person_called(registration_database, "Otto", roles=["organiser"]), means="staff"
    )
    story = desk.get(f"/desk/e/plain/applications/{awa.application_id}").text
    assert "Dakar" in story
    assert "+221771234567" in story
    mine = hers.get("/me/data").json
    assert mine is not None
    assert mine["answers_to_forms"][0]["answers"]["visa_where"] == "Dakar"
