"""Passport, health and access: sealed at rest, shown to organisers alone, each look written down."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest
from pydantic import SecretStr
from sqlalchemy import select, text

from services.registration.actions.forms import change_form, ensure_application_form, publish_form
from services.registration.actions.offers import accept_offer
from services.registration.app import BLUEPRINTS
from services.registration.errors import FormIncomplete
from services.registration.rounds.resealing import reseal_all
from services.registration.rules.forms.library import block
from shared.deeds import Deed
from shared.histories import past_of
from shared.keyring import KeyRing, new_key
from shared.schema.registration import Form, FormResponse
from tests.support.forms import fields_of, form_called
from tests.support.registration import DESK, NOW, Applied, apply, decide, make_edition, offer_of, release
from tests.support.web import Browser, app_of, form_token, person_called, signed_in_as

if TYPE_CHECKING:
    from flask import Flask

    from shared.database import Database

OLD, NEW = new_key("old"), new_key("new")
CANARY = "X9876543"
PASSPORT = {
    "passport_name": "AWA CANARY DIOP", "passport_number": CANARY, "birth_date": "1990-02-03",
    "passport_expires": "2031-01-01", "nationality": "SN",
}  # fmt: skip


class Guest(NamedTuple):
    """Somebody who has a place and was asked for her passport."""

    database: Database
    awa: Applied
    page: str

    def browser(self, keys: str = OLD) -> Browser:
        return signed_in_as(self._app(keys), self.database, self.awa.person_id)

    def desk(self, role: str, keys: str = OLD) -> Browser:
        person = person_called(self.database, f"Otto {role} {keys[:3]}", roles=[role])
        return signed_in_as(self._app(keys), self.database, person, means="staff")

    def _app(self, keys: str) -> Flask:
        return app_of(*BLUEPRINTS, database=self.database, special_keys=SecretStr(keys))

    def answer(self, keys: str = OLD, **changes: str) -> int:
        browser = self.browser(keys)
        typed = fields_of(browser.get(self.page).text) | PASSPORT | changes
        return int(browser.post(self.page, data=typed).status_code)

    def kept(self) -> str:
        """Everything the database holds of answers and of what happened, as text."""
        with self.database.reading() as session:
            rows = session.execute(
                text("SELECT r::text FROM registration.form_response r UNION ALL SELECT f::text FROM outbox.fact f")
            ).scalars()
            return "\n".join(rows)


@pytest.fixture
def guest(registration_database: Database) -> Guest:
    edition = make_edition(registration_database)
    form_called(registration_database, edition, "passport", of="passport")
    awa = apply(registration_database, edition, email="awa@example.org")
    decide(registration_database, awa)
    release(registration_database, edition)
    with registration_database.transaction() as session:
        accept_offer(session, offer_id=offer_of(registration_database, awa).id, deed=Deed(awa.person_id, NOW))
        form_id = session.execute(select(Form.id).where(Form.slug == "passport")).scalar_one()
    return Guest(registration_database, awa, f"/me/forms/{form_id}")


def test_the_database_holds_none_of_it_and_its_owner_reads_all_of_it(guest: Guest) -> None:
    assert guest.answer() == 303
    assert guest.answer(passport_number="X1111111") == 303
    for canary in (CANARY, "X1111111", "CANARY", "1990-02-03"):
        assert canary not in guest.kept()
    assert fields_of(guest.browser().get(guest.page).text)["passport_number"] == "X1111111"
    mine = guest.browser().get("/me/data").json
    assert mine is not None
    assert mine["answers_to_forms"][0]["answers"]["passport_number"] == "X1111111"


def test_the_same_answers_again_are_no_change(guest: Guest) -> None:
    guest.answer()
    with guest.database.reading() as session:
        before = session.execute(select(FormResponse.answers)).scalar_one()
    guest.answer()
    with guest.database.reading() as session:
        assert session.execute(select(FormResponse.answers)).scalar_one() == before


def test_an_organiser_looks_by_a_button_and_the_look_is_written_down(guest: Guest) -> None:
    guest.answer()
    record = f"/desk/e/spring-2026/applications/{guest.awa.application_id}"
    desk, viewer = guest.desk("organiser"), guest.desk("viewer")
    assert CANARY not in desk.get(record).text
    token = form_token(desk.get(record).text)
    assert desk.get(f"{record}/special").headers["Location"] == record
    assert CANARY in desk.post(f"{record}/special", data={"csrf_token": token}).text
    refused = viewer.post(f"{record}/special", data={"csrf_token": form_token(viewer.get(record).text)})
    assert refused.status_code == 403
    with guest.database.reading() as session:
        looks = [one for one in past_of(session, [guest.awa.application_id]) if one.after == "looked_at_special"]
    assert [(one.by, one.person_id) for one in looks] == [("Otto organiser old", guest.awa.person_id)]
    assert "Special answers looked at" in desk.get(record).text


def test_a_new_key_in_front_reads_the_old_seals_and_after_resealing_needs_the_old_key_no_more(guest: Guest) -> None:
    guest.answer()
    both = f"{NEW},{OLD}"
    assert fields_of(guest.browser(both).get(guest.page).text)["passport_number"] == CANARY
    assert reseal_all(guest.database, KeyRing.read(both)) == 1
    assert reseal_all(guest.database, KeyRing.read(both)) == 0
    assert fields_of(guest.browser(NEW).get(guest.page).text)["passport_number"] == CANARY


def test_a_lost_key_is_told_and_harms_nothing_else(guest: Guest) -> None:
    guest.answer()
    assert guest.browser(NEW).get(guest.page).status_code == 200
    desk = guest.desk("organiser", NEW)
    record = f"/desk/e/spring-2026/applications/{guest.awa.application_id}"
    page = desk.post(f"{record}/special", data={"csrf_token": form_token(desk.get(record).text)})
    assert page.status_code == 200
    assert "the key they were sealed with is not among" in page.text
    assert reseal_all(guest.database, KeyRing.read(NEW)) == 0
    assert guest.answer(NEW) == 303  # given once more, they are sealed by the key there is


def test_without_a_key_nothing_is_kept_in_clear(guest: Guest) -> None:
    assert guest.answer("") == 409
    assert CANARY not in guest.kept()


def test_a_seal_moved_to_another_row_does_not_open(guest: Guest) -> None:
    guest.answer()
    with guest.database.transaction() as session:
        kept = session.execute(select(FormResponse)).scalar_one()
        kept.answers = {**kept.answers, "passport_number": kept.answers["passport_name"]}
    assert fields_of(guest.browser().get(guest.page).text)["passport_number"] == ""


def test_applicants_are_not_asked_special_questions_before_anybody_chose_them(guest: Guest) -> None:
    with guest.database.transaction() as session:
        form_id = ensure_application_form(session, edition_id=guest.awa.edition_id, deed=Deed(DESK, NOW))
        change_form(
            session,
            form_id=form_id,
            change=lambda now: now.model_copy(update={"sections": (*now.sections, block("passport"))}),
            deed=Deed(DESK, NOW),
        )
        with pytest.raises(FormIncomplete):
            publish_form(session, form_id=form_id, deed=Deed(DESK, NOW))
