"""Photographs the pages of a running demo at every width, in both schemes and in two languages.

``./academy demo`` in one terminal; in another ``.academy/venv/bin/python -m docs.album FOLDER``. Before and
after a change to a stylesheet or a layout, into two folders; then look at them side by side.
"""

from __future__ import annotations

import argparse
import json
from itertools import product
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Page, sync_playwright

from docs.photograph import chromium, sign_in

WIDTHS: Final = (360, 768, 1440)
SCHEMES: Final = ("light", "dark")
LANGUAGES: Final = ("fr", "ar")
WITHIN: Final = (
    "/desk/e/{slug}/applications",
    "/desk/e/{slug}/decisions",
    "/desk/e/{slug}/edition",
    "/desk/e/{slug}/preview",
    "/desk/mail/e/{slug}/campaigns",
)
"""Pages of the edition in which the person stands."""
ALL: Final = ("/desk", "/desk/editions", "/desk/materials", "/desk/staff", "/desk/outbox", "/desk/nothing-here")
"""Pages of no edition."""
VISITORS: Final = ("/", "/e/{slug}", "/sign-in", "/staff/sign-in")
"""Pages of whoever is not signed in."""


def take(browser: Browser, site: str, account: dict[str, str], folder: Path, only: str) -> int:
    """Photograph every page into ``folder``, one file each; return how many."""
    window = browser.new_context(base_url=site)
    page = window.new_page()
    sign_in(page, account)
    page.goto("/desk/editions")
    slug = page.locator("main tbody a[href$='/applications']").last.get_attribute("href", timeout=5000) or ""
    slug = page.evaluate("document.querySelector('.where [aria-current]')?.value") or slug.split("/")[3]
    state = window.storage_state()
    window.close()
    taken = 0
    for width, scheme, language in product(WIDTHS, SCHEMES, LANGUAGES):
        look = {"color_scheme": scheme, "viewport": {"width": width, "height": 900}, "base_url": site}
        for signed_in in (True, False):
            room = browser.new_context(**look, locale=language, storage_state=state if signed_in else None)  # type: ignore[arg-type]
            page = room.new_page()
            for path in (*ALL, *WITHIN) if signed_in else VISITORS:
                address = path.format(slug=slug)
                if only in address:
                    taken += photograph(page, f"{address}?lang={language}", folder, f"{width}-{scheme}-{language}")
            room.close()
    return taken


def photograph(page: Page, address: str, folder: Path, look: str) -> int:
    """Photograph one whole page; say so where it is wider than its window."""
    page.goto(address)
    name = address.partition("?")[0].strip("/").replace("/", "_") or "start"
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
    parser.add_argument("--only", default="", help="only pages whose address holds this")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    accounts = json.loads(given.accounts.read_text(encoding="utf-8"))
    account = next(one for one in accounts if one["role"] == given.role)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        taken = take(browser, given.site, account, given.folder, given.only)
        browser.close()
    print(f"{taken} pages in {given.folder}")  # noqa: T201 - the answer of a command


if __name__ == "__main__":
    main()
