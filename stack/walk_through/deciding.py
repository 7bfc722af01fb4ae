"""An organiser decides, a person accepts."""

from __future__ import annotations

import time

import pyotp

from stack.walk_through.applying import AMINA, BEN, CHLOE, Applicant
from stack.walk_through.journey import DidNotHappen, Journey, require
from stack.walk_through.visitor import Page, Visitor

STEP = 30


def sign_in_as_staff(journey: Journey, role: str) -> Visitor:
    """Return a browser in which somebody of this role is signed in by passphrase and one-time code."""
    account = next((one for one in journey.accounts if one["role"] == role), None)
    if account is None:
        raise DidNotHappen(f"the demo has no account of the role {role}")
    visitor = journey.visitor(f"the {role}")
    for attempt in (1, 2):
        form = visitor.open("/staff/sign-in").form(field="passphrase")
        code = pyotp.TOTP(account["totp_secret"]).now()
        page = visitor.submit(
            form.fill(email=account["email"], passphrase=account["passphrase"], code=code), expect=None
        )
        if "/desk" in page.address and page.status == 200:  # noqa: PLR2004
            return visitor
        if attempt == 1:  # a code is good once; somebody may have used this one
            time.sleep(STEP - time.time() % STEP + 0.5)
    raise DidNotHappen(f"{account['email']} cannot sign in: {page.status} {page.words[:200]}")


def organiser_signs_in(journey: Journey) -> str:
    """Sign in as organiser, with passphrase and one-time code."""
    visitor = journey.visitor("the organiser")
    form = visitor.open("/staff/sign-in").form(field="passphrase")
    account = next(one for one in journey.accounts if one["role"] == "organiser")
    refused = visitor.submit(form.fill(email=account["email"], passphrase="wrong " * 3, code="000000"), expect=None)
    require("/desk" not in refused.address, "a wrong passphrase opened the desk")
    return sign_in_as_staff(journey, "organiser").open("/desk").title


def organiser_decides(journey: Journey) -> str:
    """Open the three applications on the desk and propose to accept each."""
    visitor = journey.visitor("the organiser")
    for person in (AMINA, BEN, CHLOE):
        page = open_on_desk(journey, visitor, person)
        require(page.says(person.email), f"the application of {person.name} does not show its address")
        form = page.form(action="/propose")
        seen = visitor.submit(form.fill(note=f"Walk-through {person.who}"), button_value="accept")
        require(seen.status == 200, "the proposal was refused")  # noqa: PLR2004
    return "3 proposals"


def organiser_releases(journey: Journey) -> str:
    """Release the proposed decisions as a batch."""
    visitor = journey.visitor("the organiser")
    page = visitor.open(f"/desk/e/{journey.known['edition']}/decisions")
    require(page.says(AMINA.name, BEN.name, CHLOE.name), "the batch does not name all three")
    for person in (AMINA, BEN, CHLOE):
        offers = [letter for letter in journey.letters.for_person(person.email) if "/me/offers/" in letter.text]
        require(not offers, f"{person.name} knew before the release")
    review = visitor.open(f"/desk/e/{journey.known['edition']}/decisions/release")
    seen = visitor.submit(review.form(field="seen"))
    require("/releases/" in seen.address, f"releasing led to {seen.address}")
    return seen.title


def people_accept(journey: Journey) -> str:
    """Read the offers, each in its reader's language, and accept the places."""
    subjects = []
    for person in (AMINA, BEN, CHLOE):
        letter = journey.letters.wait_for(person.email, containing="/me/offers/")
        visitor = journey.visitor(person.who)
        page = visitor.submit(visitor.open(letter.link("/me/offers/")).form(action="/accept"))
        require("/me" in page.address, f"accepting led to {page.address}")
        subjects.append(letter.subject)
    french, english, french_too = subjects
    require(french == french_too != english, f"the offers are not in their readers' languages: {subjects}")
    return f"“{french}”, “{english}”"


def open_on_desk(journey: Journey, visitor: Visitor, person: Applicant) -> Page:
    """Find a person's application in the desk's table and open it."""
    desk = visitor.open("/desk")
    table = visitor.open(desk.link(containing=f"/desk/e/{journey.known['edition']}/applications"))
    found = visitor.submit(table.form(field="q").fill(q=person.email))
    return visitor.open(found.link(person.name))
