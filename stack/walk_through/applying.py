"""A visitor becomes an applicant: applies, proves the address, comes back, changes and withdraws."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from stack.walk_through.journey import Journey, require
from stack.walk_through.letters import Letter
from stack.walk_through.visitor import Form, Page, Visitor

RUN = secrets.token_hex(3)
"""Makes the addresses of this run its own, so that a walk-through can be repeated on the same system."""


@dataclass(frozen=True)
class Applicant:
    """Somebody who applies."""

    who: str
    name: str
    language: str
    country: str

    @property
    def email(self) -> str:
        """An address nobody else has."""
        return f"{self.who}.{RUN}@example.org"


AMINA = Applicant("amina", "Amina Ouédraogo", "fr", "BF")
BEN = Applicant("ben", "Ben Okafor", "en", "NG")
CHLOE = Applicant("chloe", "Chloé Tremblay", "fr", "CA")
DORA = Applicant("dora", "Dora Lindqvist", "en", "SE")


def find_open_edition(journey: Journey) -> str:
    """Find an edition that takes applications, from the first page."""
    visitor = journey.visitor(AMINA.who, language=AMINA.language)
    front = visitor.open("/")
    for _words, address in list(front.links()):
        if "/e/" not in address:
            continue
        page = visitor.open(address)
        if any(one.endswith("/apply") for _said, one in page.links()):
            journey.known["edition"] = address.partition("/e/")[2].partition("/")[0]
            return page.title
    require(False, "no edition on the first page takes applications")
    return ""


def keep_what_was_typed(journey: Journey) -> str:
    """Send an unfinished form and get it back with what was typed and what is missing."""
    visitor = journey.visitor(AMINA.who)
    form = application_form(journey, visitor)
    form.fill(name=AMINA.name, email="not an address")
    page = visitor.submit(form, expect=422)
    again = page.form(field="motivation")
    kept = dict(again.values())
    require(kept.get("name") == AMINA.name, "the name that was typed is gone")
    require(bool(page.tree.xpath("//*[@aria-invalid='true']")), "no field is marked as wrong")
    return f"{len(page.tree.xpath('//*[@aria-invalid]'))} fields marked"


def apply_in_french(journey: Journey) -> str:
    """Apply as Amina, in French, on the corrected form."""
    visitor = journey.visitor(AMINA.who, language=AMINA.language)
    page = visitor.open(f"/e/{journey.known['edition']}/apply")
    steps = 0
    while page.tree.xpath("//form[@data-save]"):
        page = visitor.submit(fill_what_is_asked(answers_form(page), AMINA))
        steps += 1
    require(AMINA.email in page.words, f"the page with all answers does not show the address: {page.words[:300]}")
    page = visitor.submit(answers_form(page))
    require(AMINA.email in page.words, f"the page after sending does not say where the mail went: {page.words[:300]}")
    return f"{steps} steps, then all answers on one page"


def prove_by_button(journey: Journey) -> str:
    """Read Amina's mail, open its link, press the button: only that submits."""
    letter = proof_letter(journey, AMINA)
    link = letter.link("/proofs/")
    scanner = Visitor(journey.site)
    scanner.open(link)
    page = prove(journey, AMINA, letter)
    scanner.close()
    journey.known["application"] = page.address
    return f"“{letter.subject}”"


def return_by_link(journey: Journey) -> str:
    """Come back on another device by a mailed sign-in link."""
    phone = journey.visitor("amina's phone", language="fr")
    phone.submit(phone.open("/sign-in").form(field="email").fill(email=AMINA.email))
    letter = journey.letters.wait_for(AMINA.email, containing="/sign-in/")
    confirm = phone.open(letter.link("/sign-in/"))
    page = phone.submit(confirm.form(action="/sign-in/"))
    require("/me" in page.address, f"the button led to {page.address}")
    spent = phone.submit(confirm.form(action="/sign-in/"), expect=None)
    require(spent.status in {403, 404, 409, 410, 422}, f"the used link answered {spent.status} a second time")
    return f"“{letter.subject}”, good once"


def edit_application(journey: Journey) -> str:
    """Change the motivation from there."""
    phone = journey.visitor("amina's phone")
    page = phone.open(journey.known["application"])
    form = phone.open(page.link(containing="/edit")).form(field="motivation")
    better = f"Je veux apprendre la finance solidaire ({RUN})."
    seen = phone.submit(form.fill(motivation=better))
    require(phone.open(journey.known["application"]).says(better), "the changed motivation is not shown")
    return seen.title


def others_apply(journey: Journey) -> str:
    """Let Ben (in English), Chloé (in French) and Dora apply and prove their addresses."""
    people = (BEN, CHLOE, DORA)
    for person in people:
        send_application(journey, person)
    for person in people:
        page = prove(journey, person, proof_letter(journey, person))
        journey.known[f"application of {person.who}"] = page.address
    return f"{len(people)} applications"


def withdraw(journey: Journey) -> str:
    """Withdraw Dora's application."""
    visitor = journey.visitor(DORA.who)
    page = visitor.open(journey.known[f"application of {DORA.who}"])
    page = visitor.open(page.link(containing="/withdraw"))
    page = visitor.submit(page.form(action="/withdraw"))
    require("/withdraw" not in page.text, "it can still be withdrawn")
    return ""


def send_application(journey: Journey, person: Applicant) -> str:
    """Fill in and send the whole form."""
    visitor = journey.visitor(person.who, language=person.language)
    form = application_form(journey, visitor)
    fill_what_is_asked(form, person)
    page = visitor.submit(form)
    require(person.email in page.words, f"the page after sending does not say where the mail went: {page.words[:200]}")
    return page.title


def proof_letter(journey: Journey, person: Applicant) -> Letter:
    """Return the mail with the link that proves the address, in the person's language."""
    letter = journey.letters.wait_for(person.email, containing="/proofs/")
    require(letter.header("Content-Language")[:2] in {"", person.language}, f"the mail is not in {person.language}")
    return letter


def prove(journey: Journey, person: Applicant, letter: Letter) -> Page:
    """Press the button behind the mailed link; return the page it leads to, which shows the application."""
    visitor = journey.visitor(person.who)
    page = visitor.submit(visitor.open(letter.link("/proofs/")).form(action="/proofs/"))
    require("/me" in page.address, f"proving the address led to {page.address}")
    if "/me/applications/" not in page.address:
        page = visitor.open(page.link(containing="/me/applications/"))
    journey.letters.wait_for(person.email, containing="/me")
    return page


def fill_what_is_asked(form: Form, person: Applicant) -> Form:
    """Answer every question of a form, or of one step of it, that this person has an answer to."""
    needs = person is CHLOE
    answers: dict[str, str | bool] = {
        "name": person.name,
        "email": person.email,
        "country": person.country,
        "organisation": "Coopérative d'essai",
        "role": "member",
        "years": "7",
        "motivation": f"To learn from others and to bring it home ({RUN}).",
        "topics.finance": "2",
        "topics.green": "1",
        "needs_fellowship": "yes" if needs else "no",
        "needs_visa": "yes",
        "visa_where": "Ouagadougou",
        "consent": True,
    }
    if needs:
        answers["fellowship_cover"] = "Travel"
    if "language" in form.fields:
        languages = form.options("language")
        answers["language"] = person.language if person.language in languages else languages[0]
    return form.fill(**{name: value for name, value in answers.items() if name in form.fields})


def answers_form(page: Page) -> Form:
    """Return the form that holds the questions of a page."""
    [found] = [form for form in page.tree.forms if form.get("id") == "answers-form"]
    return Form(page, found)


def application_form(journey: Journey, visitor: Visitor) -> Form:
    """Return the empty application form with all its questions, reached from the edition's page."""
    edition = visitor.open(f"/e/{journey.known['edition']}")
    return answers_form(visitor.open(edition.link(containing="/apply") + "?all=yes"))
