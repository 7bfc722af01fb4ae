"""The selection in a real browser: read by keyboard, weigh, adopt, release; and its pages on every screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.people import sign_in_as_staff
from tests.support.browser import DESKTOP, PHONE, visiting

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

    from tests.support.browser import Visit
    from tests.support.stack import Academy

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
HERE = "/desk/e/demonstration-selection"


def progress(visit: Visit) -> tuple[int, int]:
    """Return how many reviews are handed in, of how many."""
    visit.page.goto(visit.url + f"{HERE}/reviews")
    bar = visit.page.locator("main progress, main [role=progressbar]").first
    return int(float(bar.get_attribute("value") or 0)), int(float(bar.get_attribute("max") or 0))


def test_ten_applications_are_reviewed_without_touching_the_mouse(
    academy: Academy, browser: Browser, album: Path
) -> None:
    with visiting(browser, academy.url, album / "keyboard") as visit:
        sign_in_as_staff(visit, academy, "reviewer")
        assert "For you to review" in visit.words()
        before, total = progress(visit)
        visit.follow("a:has-text('Read the next one')")
        for number in range(10):
            for key in ("4", "3", "5", "1"):  # three scores and the recommendation
                visit.page.keyboard.press(key)
            assert visit.page.locator("form[data-scored] :checked").count() == 4
            with visit.page.expect_navigation():
                visit.page.keyboard.press("Enter")
            assert "Handed in." in visit.words(), number
        visit.page.keyboard.press("?")
        assert visit.page.get_by_role("dialog", name="Keys").get_by_text("Give this score").is_visible()
        assert progress(visit) == (before + 10, total)


def test_a_scenario_is_built_adopted_and_released(academy: Academy, browser: Browser, album: Path) -> None:
    with visiting(browser, academy.url, album / "release") as visit:
        sign_in_as_staff(visit, academy, "organiser")
        visit.open(f"{HERE}/selection/scenarios")
        visit.fill(name="Four from Asia")
        visit.follow("button:has-text('Begin a scenario')")
        visit.fill(places="6", formula="normalised")
        visit.follow("form:has([name=formula]) button:has-text('Save')")
        visit.fill(group="region:142", floor="4")
        visit.follow("form:has([name=floor]) button")
        assert "6 are chosen" in visit.words()
        visit.page.locator("[name=others][value=leave]").check()
        visit.follow("form[action$='/adopt'] button")
        assert "6 accepts are proposed" in visit.words()
        visit.follow("a[href$='/decisions/release']")
        visit.follow("form:has([name=seen]) button")
        visit.open(f"{HERE}/selection/ranking")
        for _wait in range(60):
            if "proposed" not in visit.words():
                break
            visit.page.wait_for_timeout(500)
            visit.page.reload()
        assert "proposed" not in visit.words()


def speak(visit: Visit, language: str) -> None:
    """Choose a language from the menu of every page."""
    visit.page.goto(f"{visit.url}/desk")
    choice = visit.page.locator(f"ul.languages button[lang={language}]")
    choice.evaluate("one => one.closest('details').setAttribute('open', '')")
    with visit.page.expect_navigation():
        choice.click()


def test_the_selections_pages_stand_on_every_screen(academy: Academy, browser: Browser, album: Path) -> None:
    selection = ("selection", "selection/ranking?formula=normalised", "selection/scenarios", "selection/reserve")
    pages = (*selection, "selection/pools", "applications?cols=email%2Clanguage&country=SN", "edition")
    with visiting(browser, academy.url, album / "screens") as visit:
        sign_in_as_staff(visit, academy, "organiser")
        visit.open(f"{HERE}/selection/pools")
        visit.fill(group="language:fr", capacity="12", name_en="The French room")
        visit.follow("form:has([name=group]) button")
        assert "The French room" in visit.words()
        for language in ("en", "ar"):
            speak(visit, language)
            for size in (PHONE, DESKTOP):
                visit.page.set_viewport_size({"width": size["width"], "height": size["height"]})
                for page in pages:
                    visit.open(f"{HERE}/{page}")
                visit.open(f"{HERE}/selection/scenarios")
                visit.follow("main h2 a")
                assert visit.page.locator("html").get_attribute("lang") == language
        visit.open(f"{HERE}/reviews")
        visit.follow("main .lines a")
