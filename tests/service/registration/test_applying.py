from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from lxml.html import fromstring
from sqlalchemy import select

from services.registration.app import BLUEPRINTS
from shared.clock import now
from shared.links import PROOF
from shared.schema.outbox.entries import FactRow
from shared.schema.people.persons import Person
from shared.schema.registration import Application
from tests.support.links import mailed_path
from tests.support.registration import make_edition, make_open_edition
from tests.support.web import Browser, app_of, form_token, person_called, signed_in_as, visitor

if TYPE_CHECKING:
    from flask import Flask

    from shared.database import Database


@pytest.fixture
def app(registration_database: Database) -> Flask:
    make_open_edition(registration_database)
    return app_of(*BLUEPRINTS, database=registration_database)


def answers(**changes: str) -> dict[str, str]:
    return {
        "name": "Awa Diop",
        "called": "Awa",
        "email": "Awa@Example.org",
        "country": "SN",
        "organisation": "Coopérative du Fleuve",
        "language": "fr",
        "motivation": "To learn\nfrom others.",
        "needs_fellowship": "yes",
        "fellowship_cover": "Travel",
        "consent": "yes",
        **changes,
    }


def open_form(browser: Browser) -> dict[str, str]:
    page = browser.get("/e/spring-2026/apply").text
    key = re.search(r'name="key" value="([^"]+)"', page)
    assert key
    version = re.search(r'name="form_version" value="(\d+)"', page)
    assert version
    return {"csrf_token": form_token(page), "key": key[1], "form_version": version[1]}


def applications(database: Database) -> list[Application]:
    with database.reading() as session:
        return list(session.execute(select(Application).order_by(Application.created_at)).scalars())


def facts(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.execute(select(FactRow.name).where(FactRow.name != "").order_by(FactRow.id)).scalars())


def proof_link(app: Flask, application_id: UUID) -> str:
    return mailed_path(app, PROOF, application_id)


def test_an_edition_is_shown_with_its_deadline_and_structured_facts(app: Flask) -> None:
    page = visitor(app).get("/e/spring-2026", headers={"Accept-Language": "fr"})
    assert page.status_code == 200
    assert "Académie de printemps" in page.text
    assert '"@type": "EducationEvent"' in page.text
    assert "/e/spring-2026/apply" in page.text
    assert "Spring Academy" in visitor(app).get("/").text


def test_an_unpublished_edition_is_nobodys_business(app: Flask, registration_database: Database) -> None:
    make_edition(registration_database, slug="secret", published_at=None)
    assert visitor(app).get("/e/secret").status_code == 404


def test_a_visitor_applies_proves_the_address_and_is_signed_in(app: Flask, registration_database: Database) -> None:
    browser = visitor(app)
    sent = browser.post("/e/spring-2026/apply", data=answers() | open_form(browser))
    assert sent.status_code == 303
    assert "awa@example.org" in browser.get(sent.location).text
    [draft] = applications(registration_database)
    assert (draft.state, draft.person_id, draft.email) == ("draft", None, "awa@example.org")
    assert facts(registration_database) == ["AddressProofRequested"]

    link = proof_link(app, draft.id)
    page = browser.get(link)
    assert page.status_code == 200
    assert facts(registration_database) == ["AddressProofRequested"]
    proved = browser.post(link, data={"csrf_token": form_token(page.text)})
    assert proved.status_code == 303
    assert proved.location.endswith(f"/me/applications/{draft.id}")
    [submitted] = applications(registration_database)
    assert submitted.state == "submitted"
    assert submitted.answers == {
        "motivation": "To learn\nfrom others.",
        "needs_fellowship": True,
        "fellowship_cover": "Travel",
    }
    assert facts(registration_database) == ["AddressProofRequested", "ApplicationSubmitted"]
    with registration_database.reading() as session:
        person = session.execute(select(Person)).scalar_one()
    assert (person.email, person.locale, person.time_zone) == ("awa@example.org", "en", "Africa/Dakar")


def test_a_proof_link_works_once(app: Flask, registration_database: Database) -> None:
    browser = visitor(app)
    browser.post("/e/spring-2026/apply", data=answers() | open_form(browser))
    link = proof_link(app, applications(registration_database)[0].id)
    token = form_token(browser.get(link).text)
    browser.post(link, data={"csrf_token": token})
    stranger = visitor(app)
    form = open_form(stranger)
    again = stranger.post(link, data={"csrf_token": form["csrf_token"]})
    assert again.status_code == 410
    assert stranger.get("/e/spring-2026").text.count("Sign out") == 0


def test_forged_links_prove_nothing(app: Flask) -> None:
    assert visitor(app).get("/proofs/forged").status_code == 404
    assert visitor(app).get(proof_link(app, uuid4())).status_code == 404


def test_a_form_sent_twice_is_one_application_and_one_mail(app: Flask, registration_database: Database) -> None:
    browser = visitor(app)
    form = answers() | open_form(browser)
    for _click in range(3):
        assert browser.post("/e/spring-2026/apply", data=form).status_code == 303
    assert len(applications(registration_database)) == 1
    assert facts(registration_database) == ["AddressProofRequested"]


def test_a_corrected_address_gets_its_own_link_and_the_old_link_proves_nothing(
    app: Flask, registration_database: Database
) -> None:
    browser = visitor(app)
    form = answers() | open_form(browser)
    browser.post("/e/spring-2026/apply", data=form)
    [first] = applications(registration_database)
    browser.post("/e/spring-2026/apply", data=form | {"email": "victim@example.org"})
    second = next(one for one in applications(registration_database) if one.state == "draft")
    assert second.email == "victim@example.org"
    assert browser.get(proof_link(app, first.id)).status_code == 404
    assert facts(registration_database) == ["AddressProofRequested"] * 2


def test_who_applied_already_is_led_to_that_application_and_signed_in_once(
    app: Flask, registration_database: Database
) -> None:
    links = []
    for _time in range(2):
        browser = visitor(app)
        browser.post("/e/spring-2026/apply", data=answers() | open_form(browser))
        draft = next(one for one in applications(registration_database) if one.state == "draft")
        links.append(proof_link(app, draft.id))
        last = browser.post(links[-1], data={"csrf_token": form_token(browser.get(links[-1]).text)})
    standing = next(one for one in applications(registration_database) if one.state == "submitted")
    assert last.location.endswith(f"/me/applications/{standing.id}")
    assert "This link has been used already" in visitor(app).get(links[-1]).text


def test_errors_name_the_field_and_nothing_typed_is_lost(app: Flask, registration_database: Database) -> None:
    browser = visitor(app)
    wrong = answers(email="nowhere", fellowship_cover="", motivation="Because <b>") | open_form(browser)
    del wrong["consent"]
    page = browser.post("/e/spring-2026/apply", data=wrong)
    assert page.status_code == 422
    for kept in ("Awa Diop", "Because &lt;b&gt;", "Coopérative du Fleuve", wrong["key"]):
        assert kept in page.text
    for field in ("email", "fellowship_cover", "consent"):
        assert f'href="#{field}"' in page.text
    assert applications(registration_database) == []


def test_a_mistyped_domain_is_a_question_and_not_a_refusal(app: Flask, registration_database: Database) -> None:
    browser = visitor(app)
    form = answers(email="awa@gmial.com") | open_form(browser)
    asked = browser.post("/e/spring-2026/apply", data=form)
    assert "awa@gmail.com" in asked.text
    assert applications(registration_database) == []
    browser.post("/e/spring-2026/apply", data=form | {"email_kept": "awa@gmial.com"})
    assert [one.email for one in applications(registration_database)] == ["awa@gmial.com"]


def test_one_address_gets_no_flood_of_mails_however_it_is_written(app: Flask, registration_database: Database) -> None:
    browser = visitor(app)
    form = answers() | open_form(browser)

    def send(**fields: str) -> int:
        return browser.post("/e/spring-2026/apply", data=form | {"key": str(uuid4()), **fields}).status_code

    spelled = ["victim@example.org", "Victim@Example.org", "victim@example.org\u202e", " victim@example.org"]
    for number in range(20):
        email = (
            {"email": f"{number}@example.org", "use_email": spelled[number % 4]}
            if number % 2
            else {"email": spelled[number % 4]}
        )
        assert send(**email) == 303
    assert send(email="x@example.org", use_email="victim@example.org") == 429
    assert send(email="victim@example.org\u202d") == 429
    assert send(email="somebody-else@example.org") == 303
    assert len(applications(registration_database)) == 21


def test_a_closed_edition_takes_nothing(app: Flask, registration_database: Database) -> None:
    browser = visitor(app)
    form = answers() | open_form(browser)
    make_edition(registration_database, slug="closed", closes_at=now() - timedelta(hours=1),
                 opens_at=now() - timedelta(days=9), starts_on=now().date() + timedelta(days=60),
                 ends_on=now().date() + timedelta(days=64))  # fmt: skip
    app.extensions.pop("showcase")
    assert browser.get("/e/closed/apply").status_code == 409
    assert browser.post("/e/closed/apply", data=form).status_code == 409


def test_the_limit_counts_the_address_that_gets_the_mail_whichever_field_it_came_in(app: Flask) -> None:
    browser = visitor(app)
    form = answers(use_email="victim@example.org") | open_form(browser)
    sent = [browser.post("/e/spring-2026/apply", data=form | {"email": f"{one}@example.org"}) for one in range(21)]
    assert [one.status_code for one in sent] == [303] * 20 + [429]


def test_signed_in_people_whose_form_has_no_address_do_not_share_one_limit(
    app: Flask, registration_database: Database
) -> None:
    stranger = visitor(app)
    form = answers(email="") | open_form(stranger)
    assert {stranger.post("/e/spring-2026/apply", data=form).status_code for _ in range(20)} == {422}
    assert stranger.post("/e/spring-2026/apply", data=form).status_code == 429
    person = signed_in_as(app, registration_database, person_called(registration_database, "Ada"))
    assert person.post("/e/spring-2026/apply", data=answers(email="") | open_form(person)).status_code == 303


@pytest.mark.parametrize(
    "naughty",
    ["\x00", "a\x00b", "\ud800", "\U0001f600" * 50, "\u202eabc", "' OR 1=1 --", "<script>alert(1)</script>",
     "{{ 7*7 }}", "%s%n", "\n\r\t\v", "ﷺ" * 60, "A" * 100_000],
)  # fmt: skip
def test_no_text_however_odd_breaks_the_form(app: Flask, naughty: str) -> None:
    browser = visitor(app)
    form = open_form(browser)
    sent = naughty.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    for field in (*answers(), "key"):
        response = browser.post("/e/spring-2026/apply", data=answers() | form | {field: sent})
        assert response.status_code in {200, 303, 400, 422}, (field, response.status_code)


def test_the_shared_page_has_a_nonce_of_its_own_for_everybody_and_no_wish_of_anybody(app: Flask) -> None:
    pages = [visitor(app).get("/e/spring-2026") for _visitor in range(3)]
    nonces = [re.findall(r'nonce="([^"]+)"', page.text) for page in pages]
    assert all(len(set(found)) == 1 for found in nonces)
    assert len({found[0] for found in nonces}) == 3
    for found, page in zip(nonces, pages, strict=True):
        assert found[0] in page.headers["Content-Security-Policy"]
    wished = visitor(app).get("/e/spring-2026?lang=fr")
    assert "Académie de printemps" in wished.text
    assert "lang=fr" not in visitor(app).get("/e/spring-2026").text.replace('?lang=fr" hreflang', "")


def test_enter_sends_the_form_whatever_buttons_stand_before_it(app: Flask) -> None:
    """A browser presses the first button of a form in the order of the page, those in the head included."""
    page = fromstring(visitor(app).get("/e/spring-2026/apply").text)
    of_form = page.xpath("//button[@form='answers-form'] | //form[@id='answers-form']//button[not(@form)]")
    assert len(of_form) > 3
    assert not {"formaction", "name"} & set(of_form[0].attrib)


def test_a_proof_link_warns_before_it_signs_in_to_an_account_in_another_browser(
    app: Flask, registration_database: Database
) -> None:
    here, elsewhere = visitor(app), visitor(app)
    here.post("/e/spring-2026/apply", data=answers() | open_form(here))
    link = proof_link(app, applications(registration_database)[0].id)
    assert "another browser" not in elsewhere.get(link).text  # nobody has the address yet: there is nothing to open
    person_called(registration_database, "Awa")
    assert "another browser" in elsewhere.get(link).text
    assert "another browser" not in here.get(link).text
