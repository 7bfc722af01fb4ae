"""What people do in their browsers, in the order of the main job. Every page on the way is looked at."""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pyotp

from stack.walk_through.letters import Letter

if TYPE_CHECKING:
    from tests.support.browser import Visit
    from tests.support.stack import Academy

SHA256 = re.compile(r"\b[0-9a-f]{64}\b")
STEP = 30
_used: dict[str, str] = {}
"""The code each member of staff signed in with last: it is good once."""


@dataclass(frozen=True)
class Person:
    """Somebody who applies."""

    name: str
    language: str
    email: str = field(default_factory=lambda: f"browser.{secrets.token_hex(4)}@example.org")


def open_edition(visit: Visit) -> str:
    """Find the edition that takes applications, from the first page; return its slug."""
    visit.open("/")
    slugs = {
        str(link.get_attribute("href")).split("/e/")[1].split("/")[0]
        for link in visit.page.locator("a[href*='/e/']").all()
    }
    for slug in sorted(slugs):
        visit.open(f"/e/{slug}")
        if visit.page.locator("a[href$='/apply']").count():
            return slug
    raise AssertionError("no edition takes applications")


def apply(visit: Visit, academy: Academy, person: Person) -> None:
    """Send the form once unfinished, then whole; open the mailed link; press its button."""
    visit.open(f"/e/{open_edition(visit)}/apply?all=yes")
    visit.fill(name=person.name)
    visit.follow("main form button:not(.plain)", status=422)
    assert visit.page.locator("[aria-invalid=true]").count() > 2
    assert visit.page.locator("[name=name]").input_value() == person.name
    visit.fill(email=person.email, country="BF", organisation="Coopérative d'essai", needs_fellowship="yes")
    visit.fill(fellowship_cover="The journey.", motivation="To learn from others and to bring it home.")
    visit.fill(language="fr", role="member", needs_visa="no")
    visit.page.locator("[name=consent]").check()
    visit.follow("main form button:not(.plain)")
    assert person.email in visit.words()
    letter = read_in_mailbox(visit, academy, person, containing="/proofs/")
    visit.open(letter.link("/proofs/"))
    visit.follow("main form button")
    assert "/me" in visit.page.url


def read_in_mailbox(visit: Visit, academy: Academy, person: Person, *, containing: str) -> Letter:
    """Wait for a mail, open it in the mailbox's pages, come back; return it."""
    letter = academy.letters.wait_for(person.email, containing=containing)
    before = visit.page.url
    visit.page.goto(f"{academy.url}/mailbox?q={person.email}")
    assert letter.subject in visit.words()
    visit.page.goto(before)
    return letter


def sign_in_as_staff(visit: Visit, academy: Academy, role: str) -> None:
    """Sign in with passphrase and one-time code."""
    account = academy.accounts[role]
    totp = pyotp.TOTP(account["totp_secret"])
    while totp.now() == _used.get(role):
        time.sleep(0.5)
    visit.open("/staff/sign-in")
    _used[role] = totp.now()
    visit.fill(email=account["email"], passphrase=account["passphrase"], code=_used[role])
    visit.follow("main form button")
    assert "/desk" in visit.page.url, visit.words()


def accept_application(visit: Visit, slug: str, person: Person) -> None:
    """Find the application on the desk, propose to accept it, release the batch."""
    visit.open(f"/desk/e/{slug}/applications")
    visit.page.locator("[name=q]").first.fill(person.email)
    with visit.page.expect_navigation():
        visit.page.locator("[name=q]").first.press("Enter")
    visit.look()
    visit.follow(f"a:has-text('{person.name}')")
    assert person.email in visit.words()
    visit.follow("form[action$='/propose'] button[value=accept]")
    visit.open(f"/desk/e/{slug}/decisions")
    assert person.name in visit.words()
    visit.follow("a[href$='/decisions/release']")
    visit.follow("form:has([name=seen]) button")


def accept_offer(visit: Visit, academy: Academy, person: Person) -> None:
    """Follow the mailed offer and take the place."""
    letter = read_in_mailbox(visit, academy, person, containing="/me/offers/")
    visit.open(letter.link("/me/offers/"))
    visit.follow("form[action$='/accept'] button")
    assert "/me" in visit.page.url


def download_reader(visit: Visit, folder: Path) -> None:
    """See the Reader on the personal page, fetch it by clicking, compare its SHA-256 with the page's."""
    until = time.monotonic() + 30
    link = "a[href*='/materials/renditions/']"
    visit.open("/me")
    while not visit.page.locator(link).count():
        assert time.monotonic() < until, "the Reader does not appear"
        time.sleep(0.5)
        visit.page.reload()
    visit.look()
    shown = SHA256.findall(visit.page.content())
    with visit.page.expect_download() as started:
        visit.page.locator(link).first.click()
    target = folder / "reader"
    started.value.save_as(target)
    assert hashlib.sha256(target.read_bytes()).hexdigest() in shown
    visit.open("/materials")


def send_campaign(visit: Visit, slug: str, *, subject: str) -> None:
    """Write a campaign in two languages to those who have a place, preview it, launch it."""
    visit.open(f"/desk/mail/e/{slug}/campaigns")
    visit.follow("a[href$='/campaigns/new']")
    visit.fill(name=subject)
    visit.follow("main form button:not(.plain)")
    visit.fill(subject__en=subject, body__en="Dear {{ name }},\n\nyour Reader waits.")
    french = visit.page.locator("details:has([name='subject.fr'])")
    if french.get_attribute("open") is None:
        french.locator("summary").click()
    visit.fill(subject__fr=f"{subject} (fr)", body__fr="Bonjour {{ name }},\n\nvotre recueil attend.")
    visit.follow("button[value=show]")
    campaign = visit.page.url
    visit.open(f"{campaign}/audience")
    standing = visit.page.locator("[name=standings][value*=accept]")
    for box in visit.page.locator("[name=standings]:checked").all():
        box.uncheck()
    standing.first.check()
    visit.follow("button[value=count]")
    visit.follow("button[value=save]")
    visit.open(f"{campaign}/preview")
    visit.open(f"{campaign}/launch")
    visit.page.locator("[name=sure]").check()
    visit.follow("main form:has([name=sure]) button")
    visit.open(campaign)


def unsubscribe(visit: Visit, academy: Academy, person: Person, *, subject: str) -> None:
    """Open the link at the mail's foot and press its button."""
    letter = academy.letters.wait_for(person.email, containing=subject, seconds=60)
    visit.open(letter.link("/mail/unsubscribe/"))
    visit.page.locator("main form button").first.click()
    visit.page.wait_for_load_state("load")
    visit.look()
