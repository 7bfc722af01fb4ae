"""Forms that organisers build: published versions, what becomes of answers to older ones, options with places."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError

from services.registration.actions.applications import withdraw_application
from services.registration.actions.option_places import HoldForm, held_form, take_options
from services.registration.actions.submissions import prove_address, start_application
from services.registration.app import BLUEPRINTS
from services.registration.errors import OptionFull
from services.registration.queries.forms import application_form
from shared.clock import now
from shared.deeds import Deed
from shared.schema.registration import Application, Form, FormVersion, TakenOption
from tests.service.registration.test_applying import answers, applications, open_form
from tests.support.forms import fields_of, publish, standard_with
from tests.support.registration import Applied, apply, filled, make_edition
from tests.support.web import app_of, person_called, signed_in_as, visitor

if TYPE_CHECKING:
    from flask import Flask

    from shared.database import Database

CLIENTS, PLACES = 200, 20
COURSE = {
    "type": "choice", "key": "course", "required": True, "label": {"en": "Course", "fr": "Cours"},
    "options": [
        {"key": "finance", "label": {"en": "Finance"}, "places": PLACES}, {"key": "policy", "label": {"en": "Policy"}},
    ],
}  # fmt: skip
VISA = {"type": "yes_no", "key": "visa", "required": True, "label": {"en": "Visa?"}}
WHERE = {
    "type": "short_text", "key": "where", "required": True, "label": {"en": "At which consulate?"},
    "when": {"rule": "is", "field": "visa", "values": ["yes"]},
}  # fmt: skip


@pytest.fixture
def app(registration_database: Database) -> Flask:
    return app_of(*BLUEPRINTS, database=registration_database)


@pytest.fixture
def edition(registration_database: Database) -> UUID:
    moment = now()
    return make_edition(
        registration_database,
        opens_at=moment - timedelta(1),
        closes_at=moment + timedelta(9),
        starts_on=moment.date() + timedelta(60),
        ends_on=moment.date() + timedelta(64),
    )


def all_at_once(database: Database, edition: UUID, hold: HoldForm) -> int:
    """Let 200 people choose the course with 20 places; return how many got one."""
    with database.reading() as session:
        form = application_form(session, edition).form
    everybody = {}
    for number in range(CLIENTS):
        raw = filled(email=f"p{number}@example.org", course="policy")
        read = form.read(raw, languages=["fr"], locale="fr").answers
        wish = form.read(raw | {"course": "finance"}, languages=["fr"], locale="fr").answers
        assert read is not None
        with database.transaction() as session:
            made = start_application(
                session, edition_id=edition, submission_key=uuid4(), answers=read, locale="fr", now=now()
            )
        everybody[made] = wish

    def choose(one: tuple[UUID, Any]) -> bool:
        try:
            with database.transaction() as session:
                take_options(session, edition_id=edition, application_id=one[0], answers=one[1], hold=hold)
        except OptionFull:
            return False
        return True

    with ThreadPoolExecutor(20) as hands:
        return sum(hands.map(choose, everybody.items()))


def taken(database: Database) -> int:
    with database.reading() as session:
        return session.execute(select(func.count()).select_from(TakenOption)).scalar_one()


def test_two_hundred_wishes_at_once_fill_exactly_the_places_of_an_option(
    registration_database: Database, edition: UUID
) -> None:
    publish(registration_database, edition, standard_with(COURSE))
    assert all_at_once(registration_database, edition, held_form) == PLACES
    assert taken(registration_database) == PLACES


def test_without_the_lock_the_same_wishes_oversell(registration_database: Database, edition: UUID) -> None:
    """The negative control: the lock keeps the promise, not luck."""
    publish(registration_database, edition, standard_with(COURSE))

    def unheld(session: Any, edition_id: UUID) -> UUID:
        found: UUID = session.execute(select(Form.id).where(Form.edition_id == edition_id)).scalar_one()
        return found

    all_at_once(registration_database, edition, unheld)
    assert taken(registration_database) > PLACES


def test_whoever_comes_too_late_for_an_option_is_told_at_the_question_and_keeps_everything(
    app: Flask, registration_database: Database, edition: UUID
) -> None:
    few = COURSE | {"options": [{"key": "finance", "label": {"en": "F"}, "places": 1}, COURSE["options"][1]]}  # type: ignore[index]
    publish(registration_database, edition, standard_with(few))
    first, second = visitor(app), visitor(app)
    sent = first.post("/e/spring-2026/apply", data=answers(course="finance") | open_form(first))
    assert sent.status_code == 303
    wish = answers(course="finance", email="late@example.org", name="Late")
    late = second.post("/e/spring-2026/apply", data=wish | open_form(second))
    assert late.status_code == 422
    assert "The last place was taken a moment ago" in late.text
    assert fields_of(late.text)["motivation"] == answers()["motivation"]
    again = second.post("/e/spring-2026/apply", data=wish | open_form(second) | {"course": "policy"})
    assert again.status_code == 303
    assert [one.answers["course"] for one in applications(registration_database)] == ["finance", "policy"]


def test_a_place_of_an_option_is_free_again_when_its_application_is_withdrawn(
    registration_database: Database, edition: UUID
) -> None:
    few = COURSE | {"options": [{"key": "finance", "label": {"en": "F"}, "places": 1}]}
    publish(registration_database, edition, standard_with(few))
    with registration_database.reading() as session:
        form = application_form(session, edition).form
    for number in range(2):
        read = form.read(filled(email=f"p{number}@example.org", course="finance"), languages=["fr"], locale="fr")
        assert read.answers is not None
        with registration_database.transaction() as session:
            made = start_application(
                session, edition_id=edition, submission_key=uuid4(), answers=read.answers, locale="fr", now=now()
            )
            person_id = prove_address(session, application_id=made, now=now())
            withdraw_application(session, application_id=made, deed=Deed(person_id, now()))
    assert taken(registration_database) == 2


def test_a_version_published_meanwhile_brings_the_new_form_filled_with_what_was_typed(
    app: Flask, registration_database: Database, edition: UUID
) -> None:
    browser = visitor(app)
    form = answers() | open_form(browser)
    publish(registration_database, edition, standard_with(VISA, WHERE))
    back = browser.post("/e/spring-2026/apply", data=form)
    assert back.status_code == 409
    assert "The form was changed while you were writing" in back.text
    assert "New: Visa?" in back.text
    again = fields_of(back.text)
    assert again["motivation"] == form["motivation"]
    assert again["form_version"] == "2"
    sent = browser.post("/e/spring-2026/apply", data=form | again | {"visa": "yes", "where": "Dakar"})
    assert sent.status_code == 303
    [kept] = applications(registration_database)
    assert (kept.form_version, kept.answers["visa"], kept.answers["where"]) == (2, True, "Dakar")


def test_a_hidden_question_is_not_missed_and_its_answer_not_kept(
    app: Flask, registration_database: Database, edition: UUID
) -> None:
    publish(registration_database, edition, standard_with(VISA, WHERE))
    browser = visitor(app)
    page = browser.get("/e/spring-2026/apply").text
    assert "Only if the answer to “Visa?” is “Yes”:" in page
    sent = browser.post("/e/spring-2026/apply", data=answers(visa="no", where="Dakar") | open_form(browser))
    assert sent.status_code == 303
    assert "where" not in applications(registration_database)[0].answers


def test_answers_to_an_older_version_are_carried_over_by_their_questions(
    app: Flask, registration_database: Database, edition: UUID
) -> None:
    applied: Applied = apply(registration_database, edition, now=now())
    publish(registration_database, edition, standard_with(VISA, WHERE))
    browser = signed_in_as(app, registration_database, applied.person_id)
    mine = f"/me/applications/{applied.application_id}"
    assert "Visa?" not in browser.get(mine).text
    page = browser.get(f"{mine}/edit").text
    assert 'href="#visa"' in page
    form = fields_of(page)
    assert form["motivation"] == "To learn from others."
    refused = browser.post(f"{mine}/edit", data=form | {"language": "fr", "needs_fellowship": "no"})
    assert refused.status_code == 422
    whole = form | {"language": "fr", "needs_fellowship": "no", "visa": "yes", "where": "Dakar", "consent": "yes"}
    assert browser.post(f"{mine}/edit", data=whole).status_code == 303
    with registration_database.reading() as session:
        kept = session.get_one(Application, applied.application_id)
    assert kept.form_version == 2
    assert kept.answers["where"] == "Dakar"
    assert kept.answers["motivation"] == "To learn from others."


def test_a_published_version_cannot_be_changed(registration_database: Database, edition: UUID) -> None:
    publish(registration_database, edition, standard_with(VISA))
    with pytest.raises(DBAPIError, match="never changes"), registration_database.transaction() as session:
        session.execute(update(FormVersion).values(definition={}))


def test_publishing_twice_without_a_difference_makes_one_version(
    registration_database: Database, edition: UUID
) -> None:
    assert publish(registration_database, edition, standard_with(VISA)) == 2
    assert publish(registration_database, edition, standard_with(VISA)) == 2
    assert publish(registration_database, edition, standard_with()) == 3


def test_a_question_marked_by_the_organiser_is_a_column_and_a_filter_of_the_desk(
    app: Flask, registration_database: Database, edition: UUID
) -> None:
    marked = COURSE | {"listed": True, "other": True}
    publish(registration_database, edition, standard_with(marked, VISA | {"listed": True}))
    with registration_database.reading() as session:
        form = application_form(session, edition).form
    for number, (course, visa) in enumerate(
        [("finance", True), ("policy", True), ("policy", False), ({"other": "Music"}, False)]
    ):
        raw = filled(name=f"Person {number}", email=f"p{number}@example.org", course=course, visa=visa)
        read = form.read(raw, languages=["fr"], locale="fr").answers
        assert read is not None
        with registration_database.transaction() as session:
            made = start_application(
                session, edition_id=edition, submission_key=uuid4(), answers=read, locale="fr", now=now()
            )
            prove_address(session, application_id=made, now=now())
    otto = person_called(registration_database, "Otto", roles=["organiser"])
    desk = signed_in_as(app, registration_database, otto, means="staff")
    table = "/desk/e/spring-2026/applications"
    assert "Music" in desk.get(table).text
    for asked, found in (
        ("a.course=policy", {1, 2}), ("a.course=policy&a.visa=yes", {1}), ("a.course=other", {3}),
        ("a.course=finance&a.course=other", {0, 3}), ("a.visa=no", {2, 3}), ("a.course=forged", {0, 1, 2, 3}),
    ):  # fmt: skip
        page = desk.get(f"{table}?{asked}").text
        assert {number for number in range(4) if f"Person {number}" in page} == found, asked
