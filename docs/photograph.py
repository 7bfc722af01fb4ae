"""Takes the pictures of README.md from a running demo.

``./academy demo`` in one terminal; in another ``.academy/venv/bin/python -m docs.photograph`` (after ``./academy test``
has installed the development tools). Needs a Chromium on the machine.
"""

from __future__ import annotations

import argparse
import base64
import json
import shutil
from pathlib import Path
from typing import Any, Final

import pyotp
from playwright.sync_api import Browser, Page, sync_playwright

PICTURES: Final = Path(__file__).parent / "pictures"
LARGEST: Final = 150 * 1024
TO_WEBP: Final = """async ([png, quality]) => {
    const image = new Image();
    image.src = 'data:image/png;base64,' + png;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = image.naturalWidth;
    canvas.height = image.naturalHeight;
    canvas.getContext('2d').drawImage(image, 0, 0);
    return canvas.toDataURL('image/webp', quality).split(',')[1];
}"""


def main(site: str, accounts: list[dict[str, str]]) -> None:
    """Take every picture anew."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        phone = browser.new_page(
            locale="ar", viewport={"width": 360, "height": 720}, device_scale_factor=2, base_url=site
        )
        phone.goto("/")
        phone.locator("main a[href^='/e/']").first.click()
        keep(browser, phone, "edition-phone")
        slug = phone.url.rsplit("/", 1)[1]

        desk = browser.new_page(locale="en", viewport={"width": 1280, "height": 800}, base_url=site)
        sign_in(desk, next(account for account in accounts if account["role"] == "organiser"))
        desk.goto(f"/desk/e/{slug}/applications")
        keep(browser, desk, "desk")
        desk.goto(f"/desk/e/{slug}/reading?decision=none&state=submitted&at=3")
        keep(browser, desk, "reading")
        desk.goto(f"/desk/e/{slug}/figures")
        keep(browser, desk, "figures")
        desk.goto(f"/desk/mail/e/{slug}/campaigns")
        desk.locator("main tbody th a", has_text="The Reader is on your shelf").click()
        keep(browser, desk, "campaign")
        browser.close()


def chromium() -> str:
    """Return the machine's own Chromium."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    message = "there is no Chromium on this machine"
    raise SystemExit(message)


def sign_in(page: Page, account: dict[str, str]) -> None:
    """Sign in as staff: address, passphrase and the six digits."""
    page.goto("/staff/sign-in")
    page.fill("input[name=email]", account["email"])
    page.fill("input[name=passphrase]", account["passphrase"])
    page.fill("input[name=code]", pyotp.TOTP(account["totp_secret"]).now())
    page.press("input[name=code]", "Enter")
    page.wait_for_url("**/desk*")


def keep(browser: Browser, page: Page, name: str) -> None:
    """Photograph what the window shows and keep it as WebP; refuse a picture that is too heavy."""
    png = base64.b64encode(page.screenshot()).decode("ascii")
    darkroom = browser.new_page()
    picture: Any = darkroom.evaluate(TO_WEBP, [png, 0.82])
    darkroom.close()
    content = base64.b64decode(picture)
    if len(content) > LARGEST:
        message = f"{name} weighs {len(content)} bytes"
        raise SystemExit(message)
    (PICTURES / f"{name}.webp").write_bytes(content)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--site", default="http://127.0.0.1:8080")
    parser.add_argument("--accounts", type=Path, default=Path(".academy/demo-accounts.json"))
    given = parser.parse_args()
    main(given.site, json.loads(given.accounts.read_text(encoding="utf-8")))
