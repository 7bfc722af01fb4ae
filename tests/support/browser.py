"""A real Chromium, and what every page it visits must stand: axe, its width, its own security policy."""

from __future__ import annotations

import os
import re
import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response

FLAGS: Final = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE: Final = {"width": 360, "height": 740}
DESKTOP: Final = {"width": 1280, "height": 800}
RULES: Final = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
}
WIDTH: Final = "() => document.scrollingElement.scrollWidth - document.documentElement.clientWidth"


def chromium() -> str | None:
    """Return the path of Chromium: what CHROMIUM names, else what the PATH has."""
    named = os.environ.get("CHROMIUM")
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return named or next((path for name in names if (path := shutil.which(name))), None)


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Start Chromium, end it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Visit:
    """Somebody's browser window. Each page it :meth:`look`s at is examined; what is wrong is raised with its name."""

    page: Page
    url: str
    album: Path
    """Where the screenshots go."""
    scripted: bool = True
    complaints: list[str] = field(default_factory=list)
    """What Chromium said on its console, and parts of pages that did not come."""
    status: int = 0
    """With what the last page was answered."""
    seen: int = 0

    def __post_init__(self) -> None:
        self.page.on("console", self._note_error)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("response", self._note_answer)
        self.page.set_default_timeout(15_000)

    def open(self, path: str, *, status: int = 200) -> None:
        """Go to an address and look at the page."""
        self.page.goto(path if path.startswith("http") else self.url + path)
        self.look(status=status)

    def follow(self, selector: str, *, status: int = 200) -> None:
        """Click what leads to another page, and look at that."""
        with self.page.expect_navigation():
            self.page.locator(selector).first.click()
        self.look(status=status)

    def fill(self, **fields: str) -> None:
        """Write into fields by their names, with ``__`` for a point; choose where there is a choice."""
        for name, value in fields.items():
            inputs = self.page.locator(f'[name="{name.replace("__", ".")}"]:not([type=hidden])')
            kind = inputs.first.evaluate("one => one.tagName === 'SELECT' ? 'select' : one.type")
            if kind == "select":
                inputs.first.select_option(value)
            elif kind in {"radio", "checkbox"}:
                self.page.locator(f'[name="{name}"][value="{value}"]').check()
            else:
                inputs.first.fill(value)

    def look(self, *, status: int = 200) -> None:
        """Examine the page as it is: axe, nothing sticks out sideways, nothing on the console; take its picture."""
        self.page.wait_for_load_state("load")
        path = self.page.url.removeprefix(self.url) or "/"
        self.seen += 1
        name = re.sub(r"[^a-z0-9]+", "-", path.split("?")[0].lower()).strip("-")[:60] or "home"
        self.page.screenshot(path=self.album / f"{self.seen:02}-{name}.png", full_page=True)
        assert self.status == status, f"{path} answers {self.status}"
        if self.scripted:
            found = Axe().run(self.page, options=RULES)
            assert not found.violations_count, f"{path}\n{found.generate_report()}"
        assert self.page.evaluate(WIDTH) <= 0, f"{path} is wider than the window"
        assert self.complaints == [], f"{path}: {self.complaints}"

    def words(self) -> str:
        """Return what can be read on the page."""
        return self.page.locator("body").inner_text()

    def _note_error(self, said: ConsoleMessage) -> None:
        if said.type == "error" and not said.text.startswith("Failed to load resource"):  # seen by _note_answer
            self.complaints.append(said.text)

    def _note_answer(self, response: Response) -> None:
        if response.request.is_navigation_request():
            self.status = response.status
        elif response.status >= 400:
            self.complaints.append(f"{response.url} answers {response.status}")


@contextmanager
def visiting(
    browser: Browser,
    url: str,
    album: Path,
    *,
    language: str = "en",
    viewport: dict[str, int] | None = None,
    scripted: bool = True,
) -> Iterator[Visit]:
    """Open a window of its own, with its own cookies."""
    size = viewport or DESKTOP
    context: BrowserContext = browser.new_context(
        locale=language,
        viewport={"width": size["width"], "height": size["height"]},
        has_touch=size is PHONE,
        java_script_enabled=scripted,
        reduced_motion="reduce",
    )
    album.mkdir(parents=True, exist_ok=True)
    try:
        yield Visit(context.new_page(), url, album, scripted)
    finally:
        context.close()
