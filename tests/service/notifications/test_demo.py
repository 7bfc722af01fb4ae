from __future__ import annotations

from sqlalchemy import text

from services.notifications.demo import load
from shared.database import Database
from tests.support.mail import NOW, mail_settings, states
from tests.support.mail_desk import DESK, mail_desk


def test_loading_the_demo_twice_changes_nothing_and_its_ledger_adds_up(databases: dict[str, Database]) -> None:
    desk = mail_desk(databases, locales=("en", "fr") * 10)
    for _ in range(2):
        load(databases["notifications"], mail_settings("smtp://127.0.0.1:1"), now=NOW)
    assert states(databases["owner"]) == {"sent": 17, "failed": 1, "suppressed": 1, "uncertain": 1}
    with databases["owner"].reading() as session:
        found = session.execute(text("SELECT state, audience_size FROM notifications.campaign ORDER BY state")).all()
    assert [tuple(row) for row in found] == [("draft", 0), ("finished", 20)]
    assert "Before you travel" in desk.browser.get(DESK).get_data(as_text=True)


def test_an_empty_house_gets_topics_and_nothing_else(databases: dict[str, Database]) -> None:
    load(databases["notifications"], mail_settings("smtp://127.0.0.1:1"), now=NOW)
    with databases["owner"].reading() as session:
        assert session.execute(text("SELECT count(*) FROM notifications.topic")).scalar_one() == 2
        assert session.execute(text("SELECT count(*) FROM notifications.campaign")).scalar_one() == 0
