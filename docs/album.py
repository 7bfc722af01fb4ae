"""Photographs the pages of a running demo at every width, in both schemes and in two languages.

``./academy demo`` in one terminal; in another ``.academy/venv/bin/python -m docs.album FOLDER``. Before and
after a change to a stylesheet or a layout, into two folders; then look at them side by side. Pages that are wider than
their window, and those that do not answer, are told.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Page, sync_playwright

from docs.photograph import chromium, sign_in

WIDTHS: Final = (320, 360, 768, 1440)
SCHEMES: Final = ("light", "dark")
LANGUAGES: Final = ("fr", "ar")
VISITORS: Final = ("/", "/e/{slug}", "/e/{slug}/apply", "/sign-in", "/staff/sign-in", "/materials")
"""Pages of whoever is not signed in."""
PARTICIPANTS: Final = ("/me", "/me/settings", "/mail/topics", "/materials/sse-reader")
"""Pages of the participant whom the demo lets one be, and of her application."""
DESK: Final = (
    "/desk",
    "/desk/editions",
    "/desk/editions/new",
    "/desk/materials",
    "/desk/materials/p/sse-reader",
    "/desk/materials/shelves",
    "/desk/staff",
    "/desk/mail/addresses",
    "/desk/outbox",
    "/desk/tokens",
    "/desk/components",
    "/desk/nothing-here",
    "/staff/security",
)
WITHIN: Final = (
    "/desk/e/{slug}/applications",
    "/desk/e/{slug}/reading",
    "/desk/e/{slug}/reviews",
    "/desk/e/{slug}/selection",
    "/desk/e/{slug}/decisions",
    "/desk/e/{slug}/decisions/release",
    "/desk/e/{slug}/figures",
    "/desk/e/{slug}/forms",
    "/desk/e/{slug}/edition",
    "/desk/e/{slug}/preview",
    "/desk/mail/e/{slug}/campaigns",
    "/desk/mail/e/{slug}/returns",
)
"""Pages of the edition in which the person stands."""
FOLLOWED: Final = {
    "/desk/e/{slug}/applications": "main tbody th a",
    "/desk/mail/e/{slug}/campaigns": "main tbody tr:last-child th a",
    "/desk/materials/p/sse-reader": "main tbody th a",
    "/me": "main h2 a",
}
"""From these pages the link that this finds is followed and photographed as well."""


@dataclass(frozen=True)
class Reader:
    """Somebody who looks at pages: how she is called in file names, her cookies, the pages she looks at."""

    name: str
    state: dict[str, object] | None
    pages: tuple[str, ...]


def readers(browser: Browser, site: str, accounts: list[dict[str, str]], role: str) -> Iterator[Reader]:
    """Yield a visitor, a participant with a place and a member of the staff."""
    yield Reader("visitor", None, VISITORS)
    window = browser.new_context(base_url=site)
    page = window.new_page()
    page.goto("/sign-in")
    page.locator("form[action*='demo'] button").first.click()
    page.wait_for_url("**/me*")
    yield Reader("participant", dict(window.storage_state()), PARTICIPANTS)
    window.close()
    window = browser.new_context(base_url=site)
    sign_in(window.new_page(), next(one for one in accounts if one["role"] == role))
    yield Reader(role, dict(window.storage_state()), (*DESK, *WITHIN))
    window.close()


def take(browser: Browser, site: str, reader: Reader, folder: Path, *, slug: str, only: str) -> int:
    """Photograph every page of a reader in every look into ``folder``; return how many."""
    taken = 0
    for width, scheme, language in product(WIDTHS, SCHEMES, LANGUAGES):
        if width == WIDTHS[0] and scheme != SCHEMES[0]:
            continue  # of the narrowest the shape is looked at, not the colours
        room = browser.new_context(
            base_url=site,
            color_scheme=scheme,  # type: ignore[arg-type]
            viewport={"width": width, "height": 900},
            locale=language,
            storage_state=reader.state,  # type: ignore[arg-type]
        )
        page = room.new_page()
        look = f"{width}-{scheme}-{language}"
        for path in reader.pages:
            if only not in path:
                continue
            page.goto(f"{path.format(slug=slug)}?lang={language}")
            taken += photograph(page, folder, f"{reader.name}-{_named(path)}", look)
            if path in FOLLOWED and page.locator(FOLLOWED[path]).count():
                way = page.locator(FOLLOWED[path]).first.get_attribute("href") or ""
                page.goto(f"{way.partition('?')[0]}?lang={language}")
                taken += photograph(page, folder, f"{reader.name}-{_named(path)}-one", look)
        room.close()
    return taken


def _named(path: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", path.replace("{slug}", "").lower()).strip("_") or "start"


def photograph(page: Page, folder: Path, name: str, look: str) -> int:
    """Photograph one whole page; say so where it is wider than its window."""
    page.screenshot(path=folder / f"{name}-{look}.png", full_page=True)
    wider = page.evaluate("document.scrollingElement.scrollWidth - document.documentElement.clientWidth")
    if wider > 0:
        print(f"{name} {look}: {wider} px too wide")  # noqa: T201 - what somebody at a terminal wants to know
    return 1


def main() -> None:
    """Take the album."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--site", default="http://127.0.0.1:8080")
    parser.add_argument("--accounts", type=Path, default=Path(".academy/demo-accounts.json"))
    parser.add_argument("--role", default="organiser")
    parser.add_argument("--edition", default="demonstration")
    parser.add_argument("--only", default="", help="only pages whose address holds this")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    accounts = json.loads(given.accounts.read_text(encoding="utf-8"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        taken = sum(
            take(browser, given.site, reader, given.folder, slug=given.edition, only=given.only)
            for reader in readers(browser, given.site, accounts, given.role)
        )
        browser.close()
    print(f"{taken} pages in {given.folder}")  # noqa: T201 - the answer of a command


if __name__ == "__main__":
    main()
