"""The main job by clicking: once on a phone with everything, once without JavaScript."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.browser import people
from tests.browser.people import Person
from tests.support.browser import PHONE, visiting

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

    from tests.support.stack import Academy

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.xdist_group("whole academy")]


@pytest.mark.parametrize("scripted", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_somebody_applies_is_accepted_gets_the_reader_and_hears_from_the_organiser(
    browser: Browser, academy: Academy, album: Path, tmp_path: Path, scripted: bool
) -> None:
    person = Person("Amina Ouédraogo", "fr")
    how = "scripted" if scripted else "plain"
    subject = f"Your Reader waits ({how})"
    with ExitStack() as windows:
        phone = windows.enter_context(
            visiting(browser, academy.url, album / how / "phone", language="fr", viewport=PHONE, scripted=scripted)
        )
        desk = windows.enter_context(visiting(browser, academy.url, album / how / "desk", scripted=scripted))
        slug = people.open_edition(phone)
        people.apply(phone, academy, person)
        people.sign_in_as_staff(desk, academy, "organiser")
        people.accept_application(desk, slug, person)
        people.accept_offer(phone, academy, person)
        people.download_reader(phone, tmp_path)
        people.send_campaign(desk, slug, subject=subject)
        people.unsubscribe(phone, academy, person, subject=subject)
