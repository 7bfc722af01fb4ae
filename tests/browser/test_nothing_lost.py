"""In a real browser: a form whose cookie is gone, and a language switched in the middle of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser import people
from tests.support.browser import PHONE, visiting

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

    from tests.support.stack import Academy

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.xdist_group("whole academy")]
WORDS = "To learn\nfrom others."


@pytest.mark.parametrize("scripted", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_what_was_typed_survives_a_lost_cookie_and_another_language(
    browser: Browser, academy: Academy, album: Path, scripted: bool
) -> None:
    how = album / f"nothing-lost-{scripted}"
    with visiting(browser, academy.url, how, language="en", viewport=PHONE, scripted=scripted) as visit:
        visit.open(f"/e/{people.open_edition(visit)}/apply?all=yes")
        visit.fill(name="Amina", motivation=WORDS)
        visit.page.context.clear_cookies()
        visit.follow("main form button:not(.plain):not(.unseen)", status=403)
        assert "your browser sent no cookie" in visit.page.inner_text("main")
        assert visit.page.locator("[name=motivation]").input_value() == WORDS
        visit.page.locator(".menu summary").click()
        visit.follow(".languages button[value=language][lang=fr]")
        assert visit.page.locator("html").get_attribute("lang") == "fr"
        assert visit.page.locator("[name=motivation]").input_value() == WORDS
        assert visit.page.locator("[name=name]").input_value() == "Amina"
