"""In a real browser: a form whose cookie is gone, a language switched in the middle of one, and the Back button."""

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


@pytest.mark.parametrize("scripted", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_back_and_reload_show_the_form_that_was_refused_with_what_was_typed(
    browser: Browser, academy: Academy, album: Path, scripted: bool
) -> None:
    """Not the browser's own page that says it has forgotten the form (ERR_CACHE_MISS), and nothing sent twice."""
    how = album / f"back-{scripted}"
    with visiting(browser, academy.url, how, language="en", viewport=PHONE, scripted=scripted) as visit:
        visit.open(f"/e/{people.open_edition(visit)}/apply?all=yes")
        visit.fill(name="Amina", motivation=WORDS)
        visit.follow("main form button:not(.plain):not(.unseen)", status=422)
        visit.page.reload()
        assert visit.page.locator("[name=motivation]").input_value() == WORDS
        visit.open("/")
        visit.page.go_back()
        assert visit.page.locator("[name=motivation]").input_value() == WORDS
        assert visit.page.locator("[name=name]").input_value() == "Amina"
        visit.page.context.clear_cookies()
        visit.page.reload()
        assert visit.page.locator("[name=motivation]").input_value() == "", "the next person finds an empty form"
