"""What tests of the mail arrange: people, an edition, deliveries, a postman."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import text

from services.notifications.gateways.greeting import Patience
from services.notifications.gateways.line import Line
from services.notifications.gateways.local_notes import LocalNotes
from services.notifications.gateways.smtp import SmtpRelay
from services.notifications.lanes import Caretaker
from services.notifications.postman import Postman
from services.notifications.settings import NotificationsSettings
from shared.schema.base import new_id
from shared.schema.notifications import Campaign, CampaignText, Delivery, Topic
from shared.schema.people.persons import Person
from shared.schema.registration import Application, Decision, DecisionBatch, Edition, Enrolment, Offer

if TYPE_CHECKING:
    from uuid import UUID

    from shared.database import Database

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LOCAL_NOTES = LocalNotes(NotificationsSettings.model_fields["mail_notes_path"].default)


def mail_settings(smtp_url: str, *, redis_url: str = "redis://127.0.0.1:1/0", **more: Any) -> NotificationsSettings:
    more.setdefault("recall_seconds", 0)
    return NotificationsSettings(
        environment="test",
        secret_key="x" * 40,
        public_url="https://academy.example",
        database_url="postgresql://unused",
        redis_url=redis_url,
        smtp_url=smtp_url,
        store_url="file:///unused",
        mail_from="Académie <academy@academy.example>",
        mail_reply_to="Team <team@academy.example>",
        mail_domain="academy.example",
        **more,
    )


class Post:
    """A postman in each lane, and the one who tidies up; for as long as the block lasts."""

    def __init__(
        self, database: Database, smtp_url: str, *, patience: float = 5, line: type[Line] = Line, **more: Any
    ) -> None:
        settings = mail_settings(smtp_url, **more)
        waits = Patience(**dict.fromkeys(("connect", "greeting", "mail", "rcpt", "data", "block", "end"), patience))
        notes = LocalNotes(settings.mail_notes_path)
        self.lanes = [
            Postman(
                database,
                settings,
                lane=lane,
                local_notes=notes,
                open_line=line,
                connect=lambda plan: SmtpRelay(plan.url, local_name="localhost", patience=waits),
            )
            for lane in ("notices", "campaigns")
        ]
        self.caretaker = Caretaker(database, notes, grace=0)

    def carry(self, *, seconds: float = 20) -> None:
        """Send what is due in both lanes, until nothing is left or the relay wants a rest."""
        for postman in self.lanes:
            rest, end = 0.0, time.monotonic() + seconds
            while rest == 0.0 and time.monotonic() < end:
                rest = postman.carry(seconds=end - time.monotonic())

    def tidy(self) -> int:
        return self.caretaker.tidy()

    def close(self) -> None:
        for postman in self.lanes:
            postman.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self.close()


def carry_once(database: Database, smtp_url: str, **more: Any) -> None:
    """Let postmen send what is due, then tidy up."""
    with Post(database, smtp_url, **more) as post:
        post.carry()
        post.tidy()


@dataclass
class Arranged:
    """Ids of what :func:`arrange_campaign` made."""

    edition_id: UUID
    topic_id: UUID
    campaign_id: UUID
    people: list[UUID]


def make_person(database: Database, address: str, *, name: str = "Aïssatou Diallo", locale: str = "en") -> UUID:
    person = Person(
        id=new_id(), email=address, name=name, called="", locale=locale, time_zone="UTC", email_proved_at=NOW
    )
    with database.transaction() as session:
        session.add(person)
    return person.id


def make_edition(database: Database, *, slug: str = "2026", name: str = "Academy 2026") -> UUID:
    edition = Edition(
        id=new_id(),
        slug=slug,
        name={"en": name, "fr": "Académie 2026"},
        summary={},
        description={},
        place="Montreal, Canada",
        starts_on=date(2026, 10, 24),
        ends_on=date(2026, 10, 28),
        time_zone="America/Toronto",
        languages=["en", "fr"],
        capacity=50,
        opens_at=NOW - timedelta(days=10),
        closes_at=NOW + timedelta(days=10),
        contact="team@academy.example",
    )
    with database.transaction() as session:
        session.add(edition)
    return edition.id


def make_application(
    database: Database, edition_id: UUID, *, email: str, locale: str = "en", person_id: UUID | None = None
) -> UUID:
    application = Application(
        id=new_id(),
        edition_id=edition_id,
        person_id=person_id,
        state="draft" if person_id is None else "decided",
        name="Awa Sow",
        called="Awa",
        email=email,
        country="SN",
        organisation="",
        language="fr",
        locale=locale,
        form_version=1,
        answers={},
        consent="yes",
        consented_at=NOW,
        created_at=NOW,
        submitted_at=None if person_id is None else NOW,
        updated_at=NOW,
    )
    with database.transaction() as session:
        session.add(application)
    return application.id


def make_offer(
    database: Database, edition_id: UUID, person_id: UUID, *, expires_at: datetime, state: str = "offered"
) -> UUID:
    application_id = make_application(database, edition_id, email=f"{person_id}@example.org", person_id=person_id)
    moments = {"released_at": NOW, "known_from": NOW}
    batch = DecisionBatch(id=new_id(), edition_id=edition_id, state="finished", decisions=1, **moments)
    decision = Decision(
        id=new_id(),
        application_id=application_id,
        edition_id=edition_id,
        outcome="accept",
        state="released",
        note="",
        proposed_by=None,
        proposed_at=NOW,
        batch_id=batch.id,
        released_at=NOW,
    )
    offer = Offer(
        id=new_id(),
        application_id=application_id,
        decision_id=decision.id,
        edition_id=edition_id,
        person_id=person_id,
        state=state,
        offered_at=NOW,
        expires_at=expires_at,
        answered_at=None if state == "offered" else NOW,
    )
    with database.transaction() as session:
        for row in (batch, decision, offer):
            session.add(row)
            session.flush()  # each refers to the one before
    return offer.id


def make_enrolment(database: Database, edition_id: UUID, person_id: UUID, *, state: str = "accepted") -> UUID:
    offer_id = make_offer(database, edition_id, person_id, expires_at=NOW + timedelta(days=9), state="accepted")
    with database.transaction() as session:
        offer = session.get_one(Offer, offer_id)
        enrolment = Enrolment(
            id=new_id(),
            offer_id=offer_id,
            application_id=offer.application_id,
            edition_id=edition_id,
            person_id=person_id,
            state=state,
            enrolled_at=NOW,
            updated_at=NOW,
        )
        session.add(enrolment)
    return enrolment.id


def arrange_campaign(
    owner: Database, *, recipients: int, state: str = "sending", locales: tuple[str, ...] = ("en", "fr")
) -> Arranged:
    """Make a launched campaign with its frozen deliveries; person ``n`` has the address ``p<n>@example.org``."""
    edition_id = make_edition(owner)
    topic = Topic(id=new_id(), slug="news", name={"en": "News", "fr": "Nouvelles"}, description={})
    launched = NOW if state not in {"draft", "awaiting_approval"} else None
    campaign = Campaign(
        id=new_id(),
        edition_id=edition_id,
        topic_id=topic.id,
        name="The Reader",
        audience={},
        state=state,
        audience_size=recipients,
        written_by=new_id(),
        launched_at=launched,
        created_at=NOW,
        updated_at=NOW,
    )
    people = [new_id() for _ in range(recipients)]
    with owner.transaction() as session:
        session.add(topic)
        session.flush()  # the campaign refers to it
        session.add(campaign)
        session.flush()  # its texts refer to it
        for locale in locales:
            said = {"en": "Dear {{ name }}, read it: {{ materials }}", "fr": "Bonjour {{ name }} : {{ materials }}"}
            session.add(
                CampaignText(
                    campaign_id=campaign.id, locale=locale, subject=f"{locale}: {{{{ name }}}}", body=said[locale]
                )
            )
        for number, person_id in enumerate(people):
            session.add(
                Person(
                    id=person_id,
                    email=f"p{number}@example.org",
                    name=f"Person {number}",
                    locale=locales[number % len(locales)],
                    email_proved_at=NOW,
                )
            )
        session.flush()  # the deliveries come after the campaign they belong to
        for number, person_id in enumerate(people):
            session.add(
                Delivery(
                    id=new_id(),
                    campaign_id=campaign.id,
                    person_id=person_id,
                    edition_id=edition_id,
                    kind="campaign",
                    address=f"p{number}@example.org",
                    addressee=f"Person {number}",
                    locale=locales[number % len(locales)],
                    fields={"name": f"Person {number}"},
                    not_before=NOW,
                )
            )
    return Arranged(edition_id, topic.id, campaign.id, people)


def states(database: Database) -> dict[str, int]:
    """Return how many deliveries are in each state, read anew."""
    with database.reading() as session:
        rows = session.execute(text("SELECT state, count(*) FROM notifications.delivery GROUP BY state"))
        return dict(rows.all())


def row_of(database: Database, address: str) -> Any:
    """Return the delivery to ``address``, read anew."""
    with database.reading() as session:
        statement = text("SELECT * FROM notifications.delivery WHERE address = :address")
        return session.execute(statement, {"address": address}).one()
