"""What somebody writes at the mail desk is not undone by another tab, nor lost with a session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from shared.clock import now
from shared.people.actions.sessions import end_sessions_of
from shared.schema.notifications.campaigns import CampaignText
from shared.schema.people.persons import Person
from tests.service.registration.test_nothing_lost import fields_of
from tests.support.mail_desk import mail_desk
from tests.support.web import press, signed_in_as

if TYPE_CHECKING:
    from shared.database import Database


def bodies(database: Database) -> dict[str, str]:
    with database.reading() as session:
        return dict(session.execute(select(CampaignText.locale, CampaignText.body)).all())


def test_two_tabs_that_write_two_languages_lose_neither(databases: dict[str, Database]) -> None:
    desk = mail_desk(databases)
    page = f"{desk.campaign()}/texts"
    first, second = (fields_of(desk.browser.get(page).text) for _tab in range(2))
    spanish = {"subject.es": "Hola", "body.es": "Lea."}
    for _press in range(2):
        assert press(desk.browser, page, **first | spanish).status_code == 303
    arabic = {"subject.ar": "مرحبا", "body.ar": "اقرأ."}
    conflict = press(desk.browser, page, **second | arabic)
    assert conflict.status_code == 409
    assert "Lea." in conflict.text
    assert bodies(databases["owner"])["es"] == "Lea."
    both = fields_of(conflict.text) | spanish
    assert press(desk.browser, page, **both).status_code == 303
    saved = bodies(databases["owner"])
    assert (saved["es"], saved["ar"]) == ("Lea.", "اقرأ.")


def test_a_text_written_past_the_end_of_the_session_comes_back_after_signing_in(databases: dict[str, Database]) -> None:
    desk = mail_desk(databases)
    page = f"{desk.campaign()}/texts"
    form = fields_of(desk.browser.get(page).text) | {"body.en": "A long\n\ntext."}
    with databases["registration"].transaction() as session:
        wendy = session.execute(select(Person.id).where(Person.name == "Wendy")).scalar_one()
        end_sessions_of(session, person_id=wendy, now=now())
    assert press(desk.browser, page, **form).location.startswith("/staff/sign-in?next=")
    with desk.browser.session_transaction(base_url=desk.browser.address) as cookie:
        keeps = cookie["k"]
    again = signed_in_as(desk.browser.application, databases["registration"], wendy, means="staff")
    with again.session_transaction(base_url=again.address) as cookie:
        cookie["k"] = keeps
    filled = fields_of(again.get(f"{page}?kept=yes").text)
    assert filled["body.en"] == "A long\n\ntext."
    assert press(again, page, **filled).status_code == 303
    assert bodies(databases["owner"])["en"] == "A long\n\ntext."
