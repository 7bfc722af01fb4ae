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
        visit.open(f"/materials/{LATER}")
        assert "Pas encore ouvert" in visit.words()
        assert not visit.page.locator("img, a[href*=renditions]").count()


def test_it_is_read_in_arabic_on_a_phone_without_javascript(browser: Browser, academy: Academy, album: Path) -> None:
    with visiting(browser, academy.url, album / "library-ar", language="ar", viewport=PHONE, scripted=False) as visit:
        wait_for_pages(visit, "ar")
        visit.open(f"/materials/{OPEN}")
        visit.follow(f"a[href='/materials/{OPEN}/read/ar/p/1']")
        visit.open(f"/materials/{OPEN}/read/ar/p/1?view=text")
        assert visit.page.locator(".booktext").get_attribute("dir") == "rtl"
        assert "العمل" in visit.words()


def test_what_was_kept_is_read_on_when_the_line_is_cut(browser: Browser, academy: Academy, album: Path) -> None:
    with visiting(browser, academy.url, album / "kept", language="ar", viewport=PHONE) as visit:
        wait_for_pages(visit, "ar")
        read = f"/materials/{OPEN}/read/ar"
        visit.open(f"{read}/part/1")
        visit.page.get_by_role("button", name="احفظ الصفحات المطبوعة أيضًا").click()
        visit.page.get_by_text("محفوظ على هذا الجهاز: يمكنك قراءته دون اتصال.").wait_for(timeout=60_000)
        visit.page.context.set_offline(True)
        visit.open(f"{read}/part/1")
        assert visit.page.locator("article.flows").get_attribute("dir") == "rtl"
        assert "العمل" in visit.words()
        visit.follow(f"a[href='{read}/p/1']")
        assert visit.page.evaluate("document.querySelector('.sheet svg').getBoundingClientRect().height") > 300
        assert (
            visit.page.evaluate(
                "fetch(document.querySelector('svg image').href.baseVal).then(one => one.headers.get('content-type'))"
            )
            == "image/webp"
        )
        visit.open("/materials/search?q=x")  # was not kept: what was is shown instead
        visit.page.locator(f"a[href='{read}/part/1']").wait_for()
        visit.follow(f"a[href='{read}/part/1']")
        visit.page.context.set_offline(False)
        visit.open("/materials/kept")
        visit.page.get_by_role("button", name="أزله من هذا الجهاز").click()
        assert visit.page.evaluate("caches.keys()") == []
