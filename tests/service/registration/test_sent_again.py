"""What is sent twice is done once; what is other is another application; the way back is never lost."""

from __future__ import annotations

import html
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from sqlalchemy import select, update

from services.registration.app import BLUEPRINTS
from shared.clock import now
from shared.schema.outbox.entries import FactRow
from shared.schema.outbox.idempotency import IdempotencyKey
from shared.schema.registration import Application, Edition
from tests.service.registration.test_applying import answers, applications, open_form, proof_link
from tests.service.registration.test_nothing_lost import WORDS, fields_of
from tests.support.registration import make_open_edition
from tests.support.web import Browser, app_of, form_token, person_called, press, signed_in_as, visitor

if TYPE_CHECKING:
    from flask import Flask

    from shared.database import Database


@pytest.fixture
def app(registration_database: Database) -> Flask:
    make_open_edition(registration_database)
    return app_of(*BLUEPRINTS, database=registration_database)


def proved(app: Flask, browser: Browser, draft: UUID) -> str:
    link = proof_link(app, draft)
    answer = browser.post(link, data={"csrf_token": form_token(browser.get(link).text)})
    return str(browser.get(answer.location).text)


def drafts(database: Database) -> list[Application]:
    return [one for one in applications(database) if one.state == "draft"]


def facts_named(database: Database, name: str) -> int:
    with database.reading() as session:
        return len(session.execute(select(FactRow.id).where(FactRow.name == name)).all())


def test_the_next_person_at_the_same_form_makes_an_application_of_their_own(
    app: Flask, registration_database: Database
) -> None:
    browser = visitor(app)
    form = answers() | open_form(browser)
    browser.post("/e/spring-2026/apply", data=form)
    other = form | {"name": "Ben Ali", "email": "ben@example.org", "motivation": "Mine."}
    for _press in range(2):
        sent = browser.post("/e/spring-2026/apply", data=other)
        assert "ben@example.org" in browser.get(sent.location).text
    assert sorted((one.name, one.email) for one in drafts(registration_database)) == [
        ("Awa Diop", "awa@example.org"), ("Ben Ali", "ben@example.org"),
    ]  # fmt: skip
    assert facts_named(registration_database, "AddressProofRequested") == 2


def test_a_form_filled_in_anew_after_the_first_was_submitted_is_not_taken_for_a_repeat(
    app: Flask, registration_database: Database
) -> None:
    browser = visitor(app)
    form = answers() | open_form(browser)
    browser.post("/e/spring-2026/apply", data=form)
    proved(app, browser, drafts(registration_database)[0].id)
    other = visitor(app)
    fresh = form | open_form(other) | {"key": form["key"]}
    other.post("/e/spring-2026/apply", data=fresh)
    assert drafts(registration_database) == []
    other.post("/e/spring-2026/apply", data=fresh | {"email": "ben@example.org", "name": "Ben Ali"})
    assert [one.email for one in drafts(registration_database)] == ["ben@example.org"]


def test_a_signed_in_person_who_sends_other_words_is_asked_whether_they_count(
    app: Flask, registration_database: Database
) -> None:
    ben = person_called(registration_database, "Ben")
    browser = signed_in_as(app, registration_database, ben)
    form = answers() | open_form(browser)
    first = press(browser, "/e/spring-2026/apply", **form)
    assert press(browser, "/e/spring-2026/apply", **form).location == first.location
    led = press(browser, "/e/spring-2026/apply", **form | {"motivation": WORDS})
    page = browser.get(led.location).text
    assert "To let what you wrote now count instead, save it" in page
    again = fields_of(page)
    assert again["motivation"] == WORDS
    press(browser, f"{first.location}/edit", **again)
    assert [one.answers["motivation"] for one in applications(registration_database)] == [WORDS]


def test_the_form_of_somebody_else_is_an_application_of_ones_own(app: Flask, registration_database: Database) -> None:
    awa, ben = (
        signed_in_as(app, registration_database, person_called(registration_database, name)) for name in ("Awa", "Ben")
    )
    form = answers() | open_form(awa)
    press(awa, "/e/spring-2026/apply", **form)
    press(ben, "/e/spring-2026/apply", **form | open_form(ben) | {"key": form["key"]})
    assert len({one.person_id for one in applications(registration_database)}) == 2


def test_who_withdrew_and_sends_the_same_form_applies_again(app: Flask, registration_database: Database) -> None:
    browser = signed_in_as(app, registration_database, person_called(registration_database, "Ben"))
    form = answers() | open_form(browser)
    first = press(browser, "/e/spring-2026/apply", **form).location
    press(browser, f"{first}/withdraw", csrf_token=form["csrf_token"])
    assert press(browser, "/e/spring-2026/apply", **form).location != first
    assert sorted(one.state for one in applications(registration_database)) == ["submitted", "withdrawn"]


@pytest.mark.parametrize("older_first", [True, False])
def test_of_two_devices_the_newer_text_counts_whichever_link_is_opened_first(
    app: Flask, registration_database: Database, older_first: bool
) -> None:
    for words in ("The older text.", WORDS):
        device = visitor(app)
        device.post("/e/spring-2026/apply", data=answers(motivation=words) | open_form(device))
    links = [one.id for one in drafts(registration_database)]
    for draft in links if older_first else reversed(links):
        page = proved(app, visitor(app), draft)
    assert html.escape(WORDS, quote=False) in page
    standing = [one for one in applications(registration_database) if one.state == "submitted"]
    assert [one.answers["motivation"] for one in standing] == [WORDS]
    assert ("What you wrote last counts now" in page) is older_first


@pytest.mark.parametrize("older_first", [True, False])
def test_the_link_of_the_other_text_still_leads_home_and_never_reads_as_worthless(
    app: Flask, registration_database: Database, older_first: bool
) -> None:
    for words in ("The older text.", WORDS):
        device = visitor(app)
        device.post("/e/spring-2026/apply", data=answers(motivation=words) | open_form(device))
    older, newer = (one.id for one in drafts(registration_database))
    first, second = (older, newer) if older_first else (newer, older)
    proved(app, visitor(app), first)
    link, browser = proof_link(app, second), visitor(app)
    form = {"csrf_token": form_token(browser.get(link).text)}
    cookie = browser.get_cookie("academy", "academy.test")
    assert cookie
    answer = browser.post(link, data=form)
    browser.set_cookie("academy", cookie.value, domain="academy.test")
    again = browser.post(link, data=form)
    assert (again.status_code, again.location) == (303, answer.location), "a lost answer is given again"
    for draft in (older, newer):
        page = visitor(app).get(proof_link(app, draft))
        assert page.status_code == 410
        assert "/sign-in" in page.text, "whoever opens it later is shown the way in"


def test_a_text_that_is_newer_but_too_late_is_kept_for_its_author_to_read(
    app: Flask, registration_database: Database
) -> None:
    for words in ("The older text.", WORDS):
        device = visitor(app)
        device.post("/e/spring-2026/apply", data=answers(motivation=words) | open_form(device))
    older, newer = (one.id for one in drafts(registration_database))
    proved(app, visitor(app), older)
    with registration_database.transaction() as session:
        session.execute(update(Application).where(Application.id == older).values(state="under_review"))
    page = proved(app, visitor(app), newer)
    assert "your application can no longer be changed" in page
    assert html.escape(WORDS, quote=False) in page
    [standing] = [one for one in applications(registration_database) if one.state == "under_review"]
    assert standing.answers["motivation"] == "The older text."


def test_the_link_can_be_asked_for_again_by_the_address_after_the_deadline_and_nobody_learns_of_whom(
    app: Flask, registration_database: Database
) -> None:
    browser = visitor(app)
    browser.post("/e/spring-2026/apply", data=answers() | open_form(browser))
    with registration_database.transaction() as session:
        session.execute(update(Edition).values(closes_at=now()))
    app.extensions.pop("showcase", None)
    told = set()
    for address in ("awa@example.org", "nobody@example.org"):
        other = visitor(app)
        form = form_token(other.get("/e/spring-2026/apply/again").text)
        answer = other.post("/e/spring-2026/apply/again", data={"csrf_token": form, "email": address})
        told.add((answer.status_code, answer.location, len(other.get(answer.location).text)))
    assert len(told) == 1
    assert facts_named(registration_database, "AddressProofRequested") == 2
    assert "Your application" in proved(app, browser, drafts(registration_database)[0].id)


def test_a_lost_answer_to_the_proof_is_given_again_to_the_same_browser_only(
    app: Flask, registration_database: Database, owner_database: Database
) -> None:
    browser = visitor(app)
    browser.post("/e/spring-2026/apply", data=answers() | open_form(browser))
    link = proof_link(app, applications(registration_database)[0].id)
    form = {"csrf_token": form_token(browser.get(link).text)}
    cookie = browser.get_cookie("academy", "academy.test")
    assert cookie
    first = browser.post(link, data=form)
    browser.set_cookie("academy", cookie.value, domain="academy.test")
    again = browser.post(link, data=form)
    assert (again.status_code, again.location) == (303, first.location)
    assert "Sign out" in browser.get(again.location).text
    stranger = visitor(app)
    assert stranger.post(link, data={"csrf_token": open_form(stranger)["csrf_token"]}).status_code == 410
    with owner_database.transaction() as session:
        session.execute(update(IdempotencyKey).values(created_at=now() - timedelta(minutes=11)))
    browser.set_cookie("academy", cookie.value, domain="academy.test")
    assert browser.post(link, data=form).status_code == 410


def test_the_deadline_is_that_of_the_row_and_not_of_the_page_seen_a_moment_ago(
    app: Flask, registration_database: Database
) -> None:
    ben = signed_in_as(app, registration_database, person_called(registration_database, "Ben"))
    awa = visitor(app)
    forms = [(browser, answers() | open_form(browser)) for browser in (ben, awa)]
    with registration_database.transaction() as session:
        session.execute(update(Edition).values(closes_at=now() - timedelta(seconds=1)))
    for browser, form in forms:
        assert browser.post("/e/spring-2026/apply", data=form).status_code == 409
    assert applications(registration_database) == []
