"""The mail desk as tests see it: an application, a writer, people to write to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.notifications.app import build
from shared.schema.base import new_id
from shared.schema.notifications import Topic
from tests.support.mail import mail_settings, make_edition, make_enrolment, make_person
from tests.support.web import form_token, person_called, signed_in_as

if TYPE_CHECKING:
    from typing import Any
    from uuid import UUID

    from shared.database import Database
    from tests.support.web import Browser

DESK = "/desk/mail/e/2026/campaigns"


@dataclass
class MailDesk:
    """A signed-in member of staff, an edition with accepted people, and a topic."""

    browser: Browser
    databases: dict[str, Database]
    edition_id: UUID
    topic_id: UUID
    people: list[UUID]

    def post(self, path: str, page: str | None = None, **fields: Any) -> Any:
        """Send a form of ``page`` (else of ``path``) with its token."""
        token = form_token(self.browser.get(page or path).get_data(as_text=True))
        return self.browser.post(path, data={"csrf_token": token, **fields})

    def another(self, name: str, *roles: str) -> MailDesk:
        """Return the same desk with somebody else at it."""
        browser = self.browser_of(name, *roles)
        return MailDesk(browser, self.databases, self.edition_id, self.topic_id, self.people)

    def browser_of(self, name: str, *roles: str) -> Browser:
        """Return the browser of a new member of staff."""
        person_id = person_called(self.databases["owner"], name, roles=list(roles))
        return signed_in_as(self.browser.application, self.databases["registration"], person_id, means="staff")

    def campaign(self, *, texts: dict[str, str] | None = None, standings: str = "accepted") -> str:
        """Write a campaign with texts by language; return its address."""
        made = self.post(f"{DESK}/new", name="The Reader", topic_id=str(self.topic_id))
        base = made.headers["Location"].removesuffix("/texts")
        words = texts or {"en": "Dear {{ name }}, read it.\n\n[Open]({{ materials }})", "fr": "Bonjour {{ name }}."}
        fields = {f"body.{locale}": body for locale, body in words.items()}
        fields |= {f"subject.{locale}": f"{locale}: {{{{ name }}}}" for locale in words}
        saved = self.post(f"{base}/texts", name="The Reader", topic_id=str(self.topic_id), **fields)
        assert saved.status_code == 303, saved.get_data(as_text=True)
        chosen = self.post(f"{base}/audience", standings=standings, download="", then="save")
        assert chosen.status_code == 303
        return str(base)


def mail_desk(
    databases: dict[str, Database], *, locales: tuple[str, ...] = ("en", "fr", "es"), **more: Any
) -> MailDesk:
    """Arrange a desk; accepted person ``n`` reads ``locales[n % …]`` and has the address ``p<n>@example.org``."""
    owner = databases["owner"]
    edition_id = make_edition(owner)
    topic = Topic(id=new_id(), slug="news", name={"en": "News", "fr": "Nouvelles"}, description={"en": "News"})
    with owner.transaction() as session:
        session.add(topic)
    people = [
        make_person(owner, f"p{number}@example.org", name=f"Person {number}", locale=locale)
        for number, locale in enumerate(locales)
    ]
    for person_id in people:
        make_enrolment(owner, edition_id, person_id)
    app = build(mail_settings("smtp://127.0.0.1:1", **more), databases["notifications"])
    app.config["TESTING"] = True
    writer = person_called(owner, "Wendy", roles=["writer"])
    browser = signed_in_as(app, databases["registration"], writer, means="staff")
    return MailDesk(browser, databases, edition_id, topic.id, people)
