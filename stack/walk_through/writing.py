"""An organiser writes to people: two languages, an audience by rule, a preview, a launch, and the way out."""

from __future__ import annotations

import re
import time

import httpx

from stack.walk_through.applying import AMINA, BEN, CHLOE, RUN, Applicant
from stack.walk_through.deciding import sign_in_as_staff
from stack.walk_through.journey import Journey, require
from stack.walk_through.letters import Letter
from stack.walk_through.visitor import Form, Page

ENGLISH, FRENCH = f"Your Reader waits for you {RUN}", f"Votre recueil vous attend {RUN}"
SECONDS_TO_SEND = 60.0


def write_campaign(journey: Journey) -> str:
    """Write a campaign in English and French."""
    organiser = journey.visitor("the organiser")
    campaigns = organiser.open(f"/desk/mail/e/{journey.known['edition']}/campaigns")
    form = organiser.open(campaigns.link(containing="/campaigns/new")).form(field="topic_id")
    form.fill(name=f"Walk-through {RUN}", topic_id=form.options("topic_id")[0])
    texts = organiser.submit(form).form(field="subject.en")
    texts.fill(
        **{
            "subject.en": ENGLISH,
            "body.en": "Dear {{ name }},\n\nyour Reader waits.\n\n[Open the Reader]({{ materials }})\n",
            "subject.fr": FRENCH,
            "body.fr": "Bonjour {{ name }},\n\nvotre recueil attend.\n\n[Ouvrir le recueil]({{ materials }})\n",
        }
    )
    page = organiser.submit(texts, button_value="show")
    journey.known["campaign"] = page.address
    return page.title


def choose_audience(journey: Journey) -> str:
    """Choose the accepted people who have not downloaded the Reader, and see how many they are."""
    organiser = journey.visitor("the organiser")
    form = organiser.open(f"{journey.known['campaign']}/audience").form(field="standings")
    form.fill(standings=[option(form, "standings", "accepted")], download=option(form, "download", "has_not"))
    counted = organiser.submit(form, button_value="count")
    require(counted.says(BEN.email) or number_of_people(counted) > 0, "nobody is counted")
    organiser.submit(counted.form(field="standings"), button_value="save")
    people = number_of_people(counted)
    journey.known["audience"] = people
    return f"{people} people"


def preview_campaign(journey: Journey) -> str:
    """Preview it as one of them."""
    organiser = journey.visitor("the organiser")
    page = organiser.open(f"{journey.known['campaign']}/preview?view=text")
    require(page.says(ENGLISH) or page.says(FRENCH), "the preview does not show the subject")
    source = organiser.open(f"{journey.known['campaign']}/preview?view=source")
    require("List-Unsubscribe-Post" in source.text, "the preview has no one-click unsubscribe")
    return page.title


def launch_campaign(journey: Journey) -> str:
    """Launch it, with a second person's approval where the rule asks for one."""
    organiser = journey.visitor("the organiser")
    page = organiser.submit(organiser.open(f"{journey.known['campaign']}/launch").form(field="sure").fill(sure=True))
    approved = ""
    if not launched(page):
        approver = sign_in_as_staff(journey, "approver")
        approver.submit(approver.open(f"{journey.known['campaign']}/launch").form(field="sure").fill(sure=True))
        approved = "approved by a second person"
    return approved


def each_gets_it_once(journey: Journey) -> str:
    """Wait until the desk says that all is sent; each has it once, in the right language."""
    for person, subject in ((BEN, ENGLISH), (CHLOE, FRENCH)):
        journey.letters.wait_for(person.email, containing=subject, seconds=SECONDS_TO_SEND)
    organiser = journey.visitor("the organiser")
    until = time.monotonic() + SECONDS_TO_SEND
    while count_of_copies(journey) < journey.known["audience"] and time.monotonic() < until:
        time.sleep(0.5)
    time.sleep(1)  # a copy too many would come now
    require(
        count_of_copies(journey) == journey.known["audience"],
        f"{count_of_copies(journey)} copies for {journey.known['audience']} people",
    )
    require(len(copies(journey, BEN)) == len(copies(journey, CHLOE)) == 1, "somebody got it twice")
    require(not copies(journey, AMINA), "Amina has downloaded the Reader and got it all the same")
    page = organiser.open(journey.known["campaign"])
    require(str(journey.known["audience"]) in page.words, "the desk does not show how many got it")
    return f"{journey.known['audience']} copies"


def unsubscribe_in_one_click(journey: Journey) -> str:
    """Unsubscribe Ben the way a mail program does: one POST, no page (RFC 8058)."""
    (letter,) = copies(journey, BEN)
    require(letter.header("List-Unsubscribe-Post") == "List-Unsubscribe=One-Click", "no one-click header")
    found = re.search(r"<(https?://[^>]+)>", letter.header("List-Unsubscribe"))
    require(found is not None, "no address in List-Unsubscribe")
    address = found[1] if found else ""
    with httpx.Client(trust_env=False, timeout=10) as program:
        looked = program.get(address)
        require("<form" in looked.text, "looking at the link already unsubscribed")
        answer = program.post(address, data={"List-Unsubscribe": "One-Click"})
        require(answer.status_code == httpx.codes.OK, f"the POST answers {answer.status_code}")
    organiser = journey.visitor("the organiser")
    form = organiser.open(f"/desk/mail/e/{journey.known['edition']}/campaigns/new").form(field="topic_id")
    form.fill(name=f"After {RUN}", topic_id=form.options("topic_id")[0])
    second = organiser.submit(form).address.rpartition("/")[0]
    audience = organiser.open(f"{second}/audience").form(field="standings")
    audience.fill(standings=[option(audience, "standings", "accepted")])
    page = organiser.submit(audience, button_value="count")
    require(page.says("opted out"), "the next campaign does not know of the opt-out")
    return "counted as opted out of the next campaign"


def option(form: Form, field: str, beginning: str) -> str:
    """Return the choice of this field whose value begins so."""
    options = form.options(field)
    found = [value for value in options if value.startswith(beginning)]
    require(bool(found), f"{field} offers no {beginning!r}, only {options}")
    return found[0]


def launched(page: Page) -> bool:
    """Tell whether a campaign's page says that it is on its way."""
    return "approval" not in page.words.casefold()


def number_of_people(page: Page) -> int:
    """Return the number in “23 people”."""
    found = re.search(r"\b(\d[\d,. ]*)\s+(?:people|person)\b", page.words)
    return int(re.sub(r"\D", "", found[1])) if found else 0


def copies(journey: Journey, person: Applicant) -> list[Letter]:
    """Return this person's copies of the campaign."""
    return [one for one in journey.letters.for_person(person.email) if one.subject in {ENGLISH, FRENCH}]


def count_of_copies(journey: Journey) -> int:
    """Return how many mails the campaign has become."""
    return len(journey.letters.subjects(RUN))
