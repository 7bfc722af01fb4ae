"""Somebody who is signed in chooses the topics of the letters she gets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.notifications.queries.campaigns import opted_out_of
from shared.schema.base import new_id
from shared.schema.notifications import Topic
from tests.support.mail_desk import mail_desk
from tests.support.web import Browser, form_token, person_called, signed_in_as

if TYPE_CHECKING:
    from typing import Any

    from shared.database import Database

PAGE = "/mail/topics"


def choose(browser: Browser, **fields: Any) -> Any:
    token = form_token(browser.get(PAGE).text)
    return browser.post(PAGE, data={"csrf_token": token, **fields}, headers={"Origin": browser.address})


def test_a_topic_without_a_tick_is_not_written_on_any_more_and_comes_back_with_one(
    databases: dict[str, Database],
) -> None:
    desk = mail_desk(databases)
    ada = person_called(databases["owner"], "Ada", locale="fr")
    mine = signed_in_as(desk.browser.application, databases["registration"], ada)
    assert "Nouvelles" in mine.get(PAGE).text
    assert choose(mine, shown="news").status_code == 303
    with databases["notifications"].reading() as session:
        assert opted_out_of(session, person_id=ada) == {desk.topic_id}
    assert "checked" not in mine.get(PAGE).text
    choose(mine, shown="news", wanted="news")
    with databases["notifications"].reading() as session:
        assert opted_out_of(session, person_id=ada) == set()


def test_a_topic_that_came_since_the_page_was_opened_stays_as_it_is(databases: dict[str, Database]) -> None:
    desk = mail_desk(databases)
    ada = person_called(databases["owner"], "Ada")
    mine = signed_in_as(desk.browser.application, databases["registration"], ada)
    token = form_token(mine.get(PAGE).text)
    with databases["notifications"].transaction() as session:
        session.add(Topic(id=new_id(), slug="jobs", name={"en": "Jobs"}, description={"en": ""}))
    mine.post(PAGE, data={"csrf_token": token, "shown": "news"}, headers={"Origin": mine.address})
    with databases["notifications"].reading() as session:
        assert opted_out_of(session, person_id=ada) == {desk.topic_id}


def test_nobody_chooses_who_is_not_signed_in(databases: dict[str, Database]) -> None:
    desk = mail_desk(databases)
    assert (
        signed_in_as(desk.browser.application, databases["registration"], desk.people[0]).get(PAGE).status_code == 200
    )
    stranger = desk.browser.application.test_client()
    assert stranger.get(PAGE, base_url=desk.browser.address).status_code in {302, 303}
