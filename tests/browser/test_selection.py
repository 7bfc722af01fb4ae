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


@pytest.mark.parametrize(
    ("screen", "language"), [("desktop", "en"), ("phone", "en"), ("phone", "ar"), ("desktop", "ar")]
)
def test_the_selections_pages_stand_on_every_screen(
    academy: Academy, browser: Browser, album: Path, screen: str, language: str
) -> None:
    size = PHONE if screen == "phone" else DESKTOP
    with visiting(browser, academy.url, album / f"{screen}-{language}", language=language, viewport=size) as visit:
        sign_in_as_staff(visit, academy, "organiser")
        for page in ("selection", "selection/ranking", "selection/ranking?formula=normalised", "selection/scenarios"):
            visit.open(f"{HERE}/{page}")
        visit.follow("main h2 a")
        visit.open(f"{HERE}/selection/criteria/practice")
    with visiting(
        browser, academy.url, album / f"{screen}-{language}-review", language=language, viewport=size
    ) as visit:
        sign_in_as_staff(visit, academy, "reviewer")
        visit.open(f"{HERE}/reviews")
        visit.follow("main .lines a")
