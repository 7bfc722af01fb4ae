"""Acts of consequence stand on pages of their own that say what they do, and what can be undone offers it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from services.registration.actions.offers import accept_offer
from shared.clock import now
from shared.deeds import Deed
from shared.schema.registration import Application, Decision, Enrolment
from tests.support.houses import house
from tests.support.registration import Applied, apply, decide, make_edition, make_open_edition, offer_of, release
from tests.support.web import Browser, form_token, person_called, press_at_desk, signed_in_as

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from shared.database import Database

EDITION = "/desk/e/spring-2026/edition"


@pytest.fixture
def app(databases: dict[str, Database], tmp_path: Path) -> Flask:
    return house("registration", databases, tmp_path)


@pytest.fixture
def desk(app: Flask, registration_database: Database) -> Browser:
    organiser = person_called(registration_database, "Odile", roles=["organiser"])
    return signed_in_as(app, registration_database, organiser, means="staff")


def undo(browser: Browser, page: str) -> Any:
    """Press the button that stands beside what was done."""
    flash = page.partition('class="flashes"')[2].partition("<h1")[0]
    act = re.search(r'action="([^"]+)"', flash)
    assert act is not None, "nothing offers to undo it"
    fields = dict(re.findall(r'name="([a-z]+)" value="([^"]*)"', flash)) | {"csrf_token": form_token(flash)}
    address = act[1].replace("&amp;", "&")
    return browser.post(address, data=fields, headers={"Origin": browser.address})


def test_publishing_says_what_is_missing_and_undoing_takes_it_from_view(
    desk: Browser, registration_database: Database
) -> None:
    make_open_edition(registration_database, published_at=None)
    page = desk.get(f"{EDITION}/publish").text
    assert "Make Spring Academy public?" in page
    assert "There are 50 places." in page
    assert "not written in these languages: French, Spanish, Portuguese, and Arabic" in page
    done = press_at_desk(desk, f"{EDITION}/publish", public="yes")
    shown = desk.get(done.headers["Location"]).text
    assert "The edition is public." in shown
    assert undo(desk, shown).status_code == 303
    assert "Make Spring Academy public?" in desk.get(f"{EDITION}/publish").text


def test_taking_from_view_says_how_many_applied(desk: Browser, registration_database: Database) -> None:
    apply(registration_database, make_open_edition(registration_database), now=now())
    page = desk.get(f"{EDITION}/publish").text
    assert "Take Spring Academy from view?" in page
    assert "1 application stays where it is" in page


def test_a_proposal_offers_to_be_undone_where_it_was_made(desk: Browser, registration_database: Database) -> None:
    applied = apply(registration_database, make_open_edition(registration_database), now=now())
    for path in (f"applications/{applied.application_id}", f"reading/{applied.application_id}"):
        done = press_at_desk(desk, f"/desk/e/spring-2026/{path}/propose", outcome="accept")
        assert proposed(registration_database) == ["accept"]
        assert undo(desk, desk.get(done.headers["Location"]).text).status_code == 303
        assert proposed(registration_database) == []


def proposed(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(Decision.outcome).where(Decision.state == "proposed")))


def test_a_participant_reads_what_withdrawing_means_before_it_is_done(
    app: Flask, registration_database: Database
) -> None:
    applied = apply(registration_database, make_open_edition(registration_database), now=now())
    mine = signed_in_as(app, registration_database, applied.person_id)
    url = f"/me/applications/{applied.application_id}"
    assert f'href="{url}/withdraw"' in mine.get(url).text
    page = mine.get(f"{url}/withdraw?lang=en").text
    assert "You can apply again until" in page
    with registration_database.reading() as session:
        assert session.get_one(Application, applied.application_id).state == "submitted", "looking changes nothing"
    mine.post(f"{url}/withdraw", data={"csrf_token": form_token(page), "why": "Ill"}, headers={"Origin": mine.address})
    assert "nothing to withdraw here" in mine.get(f"{url}/withdraw?lang=en").text


def test_giving_up_a_place_is_read_first_and_is_nobody_elses(app: Flask, registration_database: Database) -> None:
    edition_id = make_edition(
        registration_database, opens_at=now() - timedelta(days=9), closes_at=now() + timedelta(days=1)
    )
    applied = with_place(registration_database, apply(registration_database, edition_id, now=now()))
    mine = signed_in_as(app, registration_database, applied.person_id)
    with registration_database.reading() as session:
        enrolment_id = session.scalars(select(Enrolment.id)).one()
    page = mine.get(f"/me/enrolments/{enrolment_id}/withdraw?lang=en")
    assert "Your materials close" in page.text
    stranger = signed_in_as(app, registration_database, person_called(registration_database, "Ben"))
    assert stranger.get(f"/me/enrolments/{enrolment_id}/withdraw").status_code == 404


def with_place(database: Database, applied: Applied) -> Applied:
    decide(database, applied, now=now())
    release(database, applied.edition_id, now=now())
    with database.transaction() as session:
        accept_offer(session, offer_id=offer_of(database, applied).id, deed=Deed(applied.person_id, now()))
    return applied


def test_the_address_of_a_form_leads_to_the_page_it_stood_on_and_a_programme_is_told_the_method_is_wrong(
    desk: Browser, registration_database: Database
) -> None:
    applied = apply(registration_database, make_open_edition(registration_database), now=now())
    base = "/desk/e/spring-2026"
    for path, page in (
        (f"{base}/applications/propose", f"{base}/applications"),
        (f"{base}/reading/{applied.application_id}/note", f"{base}/reading"),
        ("/desk/place", "/desk"),
    ):
        opened = desk.get(path)
        assert (opened.status_code, opened.headers.get("Location")) == (303, page)
    assert (
        desk.get(f"/api/registration/v1/editions/spring-2026/applications/{applied.application_id}/notes").status_code
        == 405
    )
