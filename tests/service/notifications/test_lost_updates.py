"""Two people at one campaign, and one who presses twice: nothing is undone unseen, nothing is made twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from shared.schema.notifications.campaigns import Campaign
from tests.service.registration.test_nothing_lost import fields_of
from tests.support.mail_desk import DESK, mail_desk
from tests.support.web import press

if TYPE_CHECKING:
    from shared.database import Database


def test_an_audience_chosen_in_two_tabs_shows_both_and_takes_the_later_only_when_told(
    databases: dict[str, Database],
) -> None:
    desk = mail_desk(databases)
    page = f"{desk.campaign()}/audience"
    first, second = (fields_of(desk.browser.get(page).text) for _tab in range(2))
    assert press(desk.browser, page, **first | {"standings": "applied", "then": "save"}).status_code == 303
    conflict = press(desk.browser, page, **second | {"standings": "confirmed", "then": "save"})
    assert conflict.status_code == 409
    assert "Somebody saved this while you were writing" in conflict.text
    again = fields_of(conflict.text) | {"standings": "confirmed", "then": "save"}
    assert press(desk.browser, page, **again).status_code == 303
    with databases["owner"].reading() as session:
        assert session.execute(select(Campaign.audience)).scalar_one()["standings"] == ["confirmed"]


def test_a_new_campaign_pressed_twice_is_one_and_another_name_is_another(databases: dict[str, Database]) -> None:
    desk = mail_desk(databases)
    form = fields_of(desk.browser.get(f"{DESK}/new").text) | {"topic_id": str(desk.topic_id)}
    once, again = (press(desk.browser, f"{DESK}/new", **form | {"name": "The Reader"}) for _press in range(2))
    assert (once.status_code, once.headers["Location"]) == (303, again.headers["Location"])
    other = press(desk.browser, f"{DESK}/new", **form | {"name": "The hall"})
    assert other.headers["Location"] != once.headers["Location"]
    with databases["owner"].reading() as session:
        assert session.execute(select(func.count()).select_from(Campaign)).scalar_one() == 2
