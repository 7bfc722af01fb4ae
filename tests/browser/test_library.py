"""Finding a phrase and reading its page: in French, and in Arabic on a phone without JavaScript."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from services.materials.demo.excerpts import LATER, OPEN
from tests.support.browser import PHONE, visiting

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

    from tests.support.browser import Visit
    from tests.support.stack import Academy

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.xdist_group("whole academy")]


def wait_for_pages(visit: Visit, language: str) -> None:
    """Wait until the machine has made the pages of the demo's open excerpt."""
    until = time.monotonic() + 200
    while visit.page.request.get(f"{visit.url}/materials/{OPEN}/read/{language}/p/1").status != 200:
        assert time.monotonic() < until, "the pages are not made"
        time.sleep(1)


def test_a_phrase_is_found_in_french_and_its_page_is_read(browser: Browser, academy: Academy, album: Path) -> None:
    with visiting(browser, academy.url, album / "library", language="fr") as visit:
        wait_for_pages(visit, "fr")
        visit.open("/materials/search")
        visit.fill(q='"économie sociale et solidaire"')
        visit.follow("form[role=search] button")
        assert visit.page.locator("mark").count()
        visit.follow(f"a[href^='/materials/{OPEN}/read/fr/p/']")
        picture = visit.page.locator("svg image")
        assert visit.page.evaluate("document.querySelector('.sheet svg').getBoundingClientRect().height") > 300
        assert (
            visit.page.request.get(visit.url + str(picture.get_attribute("href"))).headers["content-type"]
            == "image/webp"
        )
        assert visit.page.locator(".sheet svg text").count() > 3
        visit.open(f"/materials/{OPEN}")
        visit.open(f"/materials/{OPEN}/read/fr/pages")
        visit.open(f"/materials/{LATER}", status=200)
        assert "/sign-in" in visit.page.url


def test_it_is_read_in_arabic_on_a_phone_without_javascript(browser: Browser, academy: Academy, album: Path) -> None:
    with visiting(browser, academy.url, album / "library-ar", language="ar", viewport=PHONE, scripted=False) as visit:
        wait_for_pages(visit, "ar")
        visit.open(f"/materials/{OPEN}")
        visit.follow(f"a[href='/materials/{OPEN}/read/ar/p/1']")
        visit.open(f"/materials/{OPEN}/read/ar/p/1?view=text")
        assert visit.page.locator(".booktext").get_attribute("dir") == "rtl"
        assert "العمل" in visit.words()
