"""A form that cannot go through comes back with every word, and with the true reason."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from sqlalchemy import select, update

from services.registration.app import BLUEPRINTS
from services.registration.queries.applications import live_application_of
from shared.clock import now
from shared.people.actions.sessions import end_sessions_of
from shared.schema.outbox.kept_forms import KeptForm
from shared.schema.registration import Application, Edition
from tests.service.registration.test_applying import answers, applications, open_form, proof_link
from tests.support.registration import make_open_edition
from tests.support.web import Browser, app_of, form_token, person_called, press, signed_in_as, visitor

if TYPE_CHECKING:
    from flask import Flask

    from shared.database import Database

WORDS = "To learn\nfrom others & <teach>."


@pytest.fixture
def app(registration_database: Database) -> Flask:
    make_open_edition(registration_database)
    return app_of(*BLUEPRINTS, database=registration_database)


def sent(browser: Browser, **changes: str) -> dict[str, str]:
    return {**answers(motivation=WORDS), **open_form(browser), **changes}


def fields_of(page: str) -> dict[str, str]:
    """Read what a browser would send from the page's filled form."""
    body = page[page.index("<main") :]
    found = {
        name: html.unescape(value)
        for name, value in re.findall(r'<input[^>]*? name="([^"]+)"[^>]*? value="([^"]*)"', body)
        if name not in {"language", "needs_fellowship", "consent"}
    }
    found |= {
        name: html.unescape(text) for name, text in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n([^<]*)', body)
    }
    found |= dict(re.findall(r'name="([^"]+)" value="([^"]*)" checked', body))
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', body, re.DOTALL):
        if chosen := re.search(r'value="([^"]*)" selected', options):
            found[name] = chosen[1]
    return found


def applied(app: Flask, browser: Browser, database: Database) -> UUID:
    browser.post("/e/spring-2026/apply", data={**answers(), **open_form(browser)})
    draft = applications(database)[-1].id
    browser.post(proof_link(app, draft), data={"csrf_token": form_token(browser.get(proof_link(app, draft)).text)})
    return draft


def end_all_sessions(database: Database) -> None:
    with database.transaction() as session:
        person_id = session.execute(select(Application.person_id)).scalar_one()
        assert person_id
        end_sessions_of(session, person_id=person_id, now=now())


def test_a_deed_that_is_refused_leads_back_to_its_page_with_the_reason_and_what_was_typed(
    app: Flask, registration_database: Database
) -> None:
    application_id = applied(app, visitor(app), registration_database)
    organiser = person_called(registration_database, "Ola", roles=["organiser"])
    desk = signed_in_as(app, registration_database, organiser, means="staff")
    page = f"/desk/e/spring-2026/applications/{application_id}"
    token = form_token(desk.get(page).text)
    refused = press(desk, f"{page}/propose", csrf_token=token, outcome="whatever", note=WORDS)
    assert refused.status_code == 303
    assert refused.location.startswith(f"{page}?")
    shown = desk.get(refused.location).text
    assert "Choose applications and a decision first." in shown
    assert fields_of(shown)["note"] == WORDS
    assert press(desk, f"{page}/propose", csrf_token=token, outcome="accept", note=WORDS).location == page


def test_a_form_whose_cookie_is_gone_comes_back_filled_and_goes_through_at_the_second_press(
    app: Flask, registration_database: Database
) -> None:
    browser = visitor(app)
    form = sent(browser)
    browser.delete_cookie("academy", domain="academy.test")
    back = press(browser, "/e/spring-2026/apply", **form)
    assert back.status_code == 403
    assert "your browser sent no cookie" in back.text
    again = fields_of(back.text)
    assert again["motivation"] == WORDS
    assert {**again, "csrf_token": "", "sent_again": ""} == {**form, "csrf_token": "", "sent_again": ""}
    assert press(browser, "/e/spring-2026/apply", **again).status_code == 303
    assert [one.answers["motivation"] for one in applications(registration_database)] == [WORDS]


def test_a_browser_that_refuses_cookies_is_told_so_and_keeps_the_text(app: Flask) -> None:
    browser = visitor(app)
    form = sent(browser)
    for reason in ("your browser sent no cookie", "Your browser refuses our cookie"):
        browser.delete_cookie("academy", domain="academy.test")
        back = press(browser, "/e/spring-2026/apply", **form)
        assert reason in back.text
        assert "open for too long" not in back.text
        form = fields_of(back.text)
        assert form["motivation"] == WORDS


def test_who_signed_in_meanwhile_sends_the_same_form_once_more(app: Flask, registration_database: Database) -> None:
    form = sent(visitor(app))
    ben = person_called(registration_database, "Ben")
    browser = signed_in_as(app, registration_database, ben)
    back = press(browser, "/e/spring-2026/apply", **form)
    assert "you have signed in or out since you opened it" in html.unescape(back.text)
    assert press(browser, "/e/spring-2026/apply", **fields_of(back.text)).status_code == 303
    with registration_database.reading() as session:
        edition = session.execute(select(Edition.id)).scalar_one()
        assert live_application_of(session, edition_id=edition, person_id=ben)


def test_nothing_of_a_strangers_form_is_carried(app: Flask) -> None:
    browser = visitor(app)
    form = sent(browser, csrf_token="x")
    for headers in ({"Origin": "http://evil.test"}, {"Sec-Fetch-Site": "cross-site"}, {}):
        back = browser.post("/e/spring-2026/apply", data=form, headers=headers)
        assert back.status_code == 403
        assert "from others" not in back.text
        assert "csrf_token" not in back.text or "Send again" not in back.text


def test_a_deadline_that_passed_while_writing_leaves_the_text_to_be_taken_along(
    app: Flask, registration_database: Database
) -> None:
    browser = visitor(app)
    form = sent(browser)
    with registration_database.transaction() as session:
        session.execute(update(Edition).values(closes_at=now() - timedelta(seconds=1)))
    app.extensions.pop("showcase", None)
    back = press(browser, "/e/spring-2026/apply", **form)
    assert back.status_code == 409
    assert "This edition takes no applications now" in back.text
    assert html.escape(WORDS, quote=False) in back.text


def test_a_session_that_ended_while_editing_leads_back_to_the_filled_form(
    app: Flask, registration_database: Database
) -> None:
    browser = visitor(app)
    mine = f"/me/applications/{applied(app, browser, registration_database)}/edit"
    form = {**fields_of(browser.get(mine).text), "motivation": WORDS}
    end_all_sessions(registration_database)
    led = press(browser, mine, **form)
    assert led.status_code == 303
    assert led.location.startswith("/sign-in?next=")
    page = browser.get(led.location)
    assert "what you wrote waits for you" in page.text
    with registration_database.reading() as session:
        kept = session.execute(select(KeptForm)).scalar_one()
        assert "learn" not in kept.sealed
        person_id = session.execute(select(Application.person_id)).scalar_one()
    with browser.session_transaction(base_url=browser.address) as cookie:
        keeps, leads_to = cookie["k"], cookie["n"]
    assert person_id
    home = signed_in_as(app, registration_database, person_id)
    assert WORDS not in html.unescape(home.get(leads_to).text)
    with home.session_transaction(base_url=home.address) as cookie:
        cookie["k"] = keeps
    filled = home.get(leads_to)
    assert "It was not sent yet" in filled.text
    again = fields_of(filled.text)
    assert again["motivation"] == WORDS
    assert press(home, mine, **again).status_code == 303
    with registration_database.reading() as session:
        assert session.execute(select(Application.answers)).scalar_one()["motivation"] == WORDS
        assert session.execute(select(KeptForm)).first() is None


def test_the_session_that_ended_at_the_desk_keeps_the_text_and_never_a_passphrase(
    app: Flask, registration_database: Database
) -> None:
    ola = person_called(registration_database, "Ola", roles=["organiser"])
    browser = signed_in_as(app, registration_database, ola, means="staff")
    form = fields_of(browser.get("/desk/e/spring-2026/edition").text)
    form |= {"description_en": WORDS, "passphrase": "correct horse"}
    with registration_database.transaction() as session:
        end_sessions_of(session, person_id=ola, now=now())
    led = press(browser, "/desk/e/spring-2026/edition", **form)
    assert led.location.startswith("/staff/sign-in?next=%2Fdesk%2Fe%2Fspring-2026%2Fedition%3Fkept%3Dyes")
    with browser.session_transaction(base_url=browser.address) as cookie:
        keeps = cookie["k"]
    home = signed_in_as(app, registration_database, ola, means="staff")
    with home.session_transaction(base_url=home.address) as cookie:
        cookie["k"] = keeps
    filled = home.get("/desk/e/spring-2026/edition?kept=yes").text
    assert fields_of(filled)["description_en"] == WORDS
    assert "correct horse" not in filled


def test_a_language_switched_in_the_middle_of_the_form_keeps_what_was_typed(
    app: Flask, registration_database: Database
) -> None:
    browser = visitor(app)
    form = sent(browser, name="")
    assert press(browser, "/e/spring-2026/apply", **form).status_code == 422
    in_french = press(browser, "/e/spring-2026/apply?lang=fr", **form, only="language")
    assert in_french.status_code == 200
    assert 'lang="fr"' in in_french.text
    assert fields_of(in_french.text)["motivation"] == WORDS
    assert applications(registration_database) == []
    assert browser.get("/e/spring-2026/apply").text.count('lang="fr"')


def test_a_signed_in_person_switches_the_language_in_the_middle_of_the_form(
    app: Flask, registration_database: Database
) -> None:
    browser = visitor(app)
    mine = f"/me/applications/{applied(app, browser, registration_database)}/edit"
    page = browser.get(mine).text
    form = {**fields_of(page), "motivation": WORDS}
    switch = re.search(r'formaction="(/language\?lang=es[^"]*)"', page)
    assert switch
    led = press(browser, html.unescape(switch[1]), **form, only="language")
    filled = browser.get(led.location).text
    assert '<html lang="es"' in filled
    assert fields_of(filled)["motivation"] == WORDS


def test_too_many_tries_leave_the_text_in_the_form(app: Flask) -> None:
    browser = visitor(app)
    form = sent(browser)
    for _press in range(20):
        press(browser, "/e/spring-2026/apply", **form)
    back = press(browser, "/e/spring-2026/apply", **form)
    assert back.status_code == 429
    assert fields_of(back.text)["motivation"] == WORDS


def test_a_text_too_large_for_any_form_comes_back_to_be_shortened(app: Flask) -> None:
    browser = visitor(app)
    back = press(browser, "/e/spring-2026/apply", **sent(browser, motivation="a b" * 60_000))
    assert back.status_code == 422
    assert len(fields_of(back.text)["motivation"]) == 180_000
