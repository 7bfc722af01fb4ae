"""Every page there is, as its people see it: accessible, no wider than a phone, in Arabic from the right, and light."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser import people
from tests.support.browser import PHONE, visiting

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

    from tests.support.browser import Visit
    from tests.support.stack import Academy

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.xdist_group("whole academy")]
FIRST_VISIT = 60_000
LATER_VISIT = 20_000
FILES = ("/renditions/", "/cite.", "/me/data", "/static/", "/mailbox", ".csv", ".xlsx")
NOT_PAGES = (*FILES, "/api/", "/metrics", "mailto:")


@pytest.fixture
def slug(browser: Browser, academy: Academy, album: Path) -> str:
    with visiting(browser, academy.url, album / "slug") as visit:
        return people.open_edition(visit)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_public_pages_fit_a_phone(browser: Browser, academy: Academy, album: Path, slug: str, language: str) -> None:
    with visiting(browser, academy.url, album / f"phone-{language}", language=language, viewport=PHONE) as visit:
        for path in ("/", f"/e/{slug}", f"/e/{slug}/apply", "/sign-in", "/staff/sign-in"):
            visit.open(path)
            html = visit.page.locator("html")
            assert html.get_attribute("lang") == language
            assert html.get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
            assert visit.page.evaluate("getComputedStyle(document.body).direction") == html.get_attribute("dir")


def test_a_stranger_is_refused_kindly(browser: Browser, academy: Academy, album: Path) -> None:
    with visiting(browser, academy.url, album / "refusals") as visit:
        visit.open("/no/such/page", status=404)
        visit.open("/e/no-such-edition", status=404)


def test_every_page_of_the_desk_is_accessible(browser: Browser, academy: Academy, album: Path) -> None:
    with visiting(browser, academy.url, album / "desk") as visit:
        people.sign_in_as_staff(visit, academy, "organiser")
        seen = crawl(visit, most=60)
        print(f"{len(seen)} pages: {sorted(seen)}")  # noqa: T201
    assert len(seen) >= 8


def test_the_desk_fits_a_phone_and_reads_from_the_right(browser: Browser, academy: Academy, album: Path) -> None:
    with visiting(browser, academy.url, album / "desk-ar", language="ar", viewport=PHONE) as visit:
        people.sign_in_as_staff(visit, academy, "viewer")
        visit.page.locator("details.menu:has([name=lang]) summary").click()
        visit.follow("button[name=lang][value=ar]")
        assert visit.page.locator("html").get_attribute("dir") == "rtl"
        crawl(visit, most=12)


def crawl(visit: Visit, *, most: int) -> set[str]:
    """Look at each kind of page that links lead to from here: two with the same shape count as one."""
    waiting, seen = [visit.page.url], set[str]()
    while waiting and len(seen) < most:
        address = waiting.pop(0)
        shape = shape_of(address, visit.url)
        if shape in seen:
            continue
        seen.add(shape)
        visit.open(address)
        for link in visit.page.locator("a[href]").all():
            target = str(link.evaluate("one => one.href")).split("#")[0]
            if target.startswith(visit.url) and not any(part in target for part in NOT_PAGES):
                waiting.append(target)
    return seen


def shape_of(address: str, url: str) -> str:
    """Return the address without ids and without its query."""
    steps = address.removeprefix(url).split("?")[0].split("/")
    return "/".join("…" if len(step) == 36 else step for step in steps)


def test_the_first_visit_to_the_form_weighs_little(browser: Browser, academy: Academy, album: Path, slug: str) -> None:
    with visiting(browser, academy.url, album / "weight") as visit:
        client = visit.page.context.new_cdp_session(visit.page)
        client.send("Network.enable")
        weights: list[float] = []
        client.on("Network.loadingFinished", lambda event: weights.append(event["encodedDataLength"]))
        for path, most in ((f"/e/{slug}/apply", FIRST_VISIT), (f"/e/{slug}", LATER_VISIT)):
            weights.clear()
            visit.page.goto(academy.url + path, wait_until="networkidle")
            print(f"{path}: {sum(weights):.0f} bytes in {len(weights)} transfers")  # noqa: T201
            assert 0 < sum(weights) <= most
