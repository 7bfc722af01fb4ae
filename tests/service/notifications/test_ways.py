"""A campaign's pages lead each role where it may go, and show nobody a button that refuses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.support.mail_desk import DESK, mail_desk

if TYPE_CHECKING:
    from shared.database import Database


@pytest.mark.parametrize("role", ["organiser", "writer", "approver", "viewer"])
def test_no_link_and_no_button_of_a_campaign_is_closed_to_the_one_who_sees_it(
    databases: dict[str, Database], role: str
) -> None:
    desk = mail_desk(databases)
    draft, sending = desk.campaign(), desk.campaign()
    desk.post(f"{sending}/launch", confirmed="3", sure="yes")
    browser = desk.browser_of("Rita", role)
    pages = [DESK, draft, f"{draft}/preview", sending, f"{sending}/deliveries", f"{sending}/preview"]
    seen: set[str] = set()
    for page in pages:
        text = browser.get(page).text
        for link in re.findall(rf'href="({DESK}[^"#]*)"', text):
            assert browser.get(link).status_code == 200, f"{page} leads to {link}"
        seen |= {action.rpartition("/")[2] for action in re.findall(rf'action="({DESK}[^"]*)"', text)}
    may = {"viewer": set(), "approver": {"test", "pause", "cancel"}}.get(role, {"test", "pause", "cancel", "delete"})
    assert seen == may
