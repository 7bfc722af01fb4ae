from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from services.notifications.reactions import reactions
from shared.facts import people, registration as facts
from shared.facts.materials import ShelfOpened
from shared.links import PROOF, SIGN_IN, STAFF_INVITATION
from shared.outbox import drain, record
from shared.schema.base import new_id
from shared.schema.notifications.deliveries import Delivery
from shared.schema.people.credentials import SignInLink, StaffInvitation
from shared.schema.registration import Application, Edition
from shared.tokens import Signer
from tests.support.mail import (
    NOW,
    carry_once,
    make_application,
    make_edition,
    make_offer,
    make_person,
    states,
)
from tests.support.patience import let_time_pass
from tests.support.relay import RelayBehaviour, running_relay

if TYPE_CHECKING:
    from uuid import UUID

    from shared.database import Database
    from shared.facts.base import Fact
    from tests.support.relay import TakenMail


def mailed_after(fact: Fact, registration: Database, notifications: Database) -> list[TakenMail]:
    with registration.transaction() as session:
        record(session, fact)
    drained = drain(notifications, reactions, seconds=5, now=lambda: NOW)
    assert (drained.done, drained.failed) == (1, 0)
    with running_relay() as relay:
        carry_once(notifications, relay.url)
    return relay.taken


def test_an_applicant_gets_the_link_that_proves_the_address_in_the_language_of_the_form(
    databases: dict[str, Database],
) -> None:
    edition_id = make_edition(databases["owner"])
    application_id = make_application(databases["owner"], edition_id, email="awa@example.org", locale="fr")
    fact = facts.AddressProofRequested(application_id=application_id, edition_id=edition_id)
    (mail,) = mailed_after(fact, databases["registration"], databases["notifications"])
    assert mail.recipient == "awa@example.org"
    assert mail.message["Auto-Submitted"] == "auto-generated"
    assert mail.message["Content-Language"] == "fr"
    assert mail.message["List-Unsubscribe"] is None
    token = mail.text().split("https://academy.example/proofs/")[1].split()[0]
    assert Signer("x" * 40, name="registration").unsign(PROOF, token) == application_id
    assert f"https://academy.example/proofs/{token}" in mail.text("html")


def test_a_stranger_cannot_have_us_mail_words_of_theirs_to_an_address_that_nobody_proved(
    databases: dict[str, Database],
) -> None:
    edition_id = make_edition(databases["owner"])
    application_id = make_application(databases["owner"], edition_id, email="victim@example.org")
    with databases["owner"].transaction() as session:
        said = dict.fromkeys(("name", "called", "organisation"), "Win at https://evil.example now")
        session.execute(update(Application).values(said))
    fact = facts.AddressProofRequested(application_id=application_id, edition_id=edition_id)
    (mail,) = mailed_after(fact, databases["registration"], databases["notifications"])
    assert "evil" not in mail.message.as_string() + mail.text() + mail.text("html")
    assert mail.message["To"] == "victim@example.org"
    with databases["owner"].reading() as session:
        kept = session.execute(select(Delivery.addressee, Delivery.fields)).one()
    assert "evil" not in str(kept)


def test_an_edition_without_a_name_in_the_readers_language_is_called_as_it_is_called_elsewhere(
    databases: dict[str, Database],
) -> None:
    edition_id = make_edition(databases["owner"])
    with databases["owner"].transaction() as session:
        session.execute(update(Edition).values(name={"fr": "Académie de Montréal"}))
    application_id = make_application(databases["owner"], edition_id, email="awa@example.org", locale="es")
    fact = facts.AddressProofRequested(application_id=application_id, edition_id=edition_id)
    (mail,) = mailed_after(fact, databases["registration"], databases["notifications"])
    assert "Académie de Montréal" in mail.text()


def test_a_sign_in_link_is_not_mailed_once_it_has_stopped_working(databases: dict[str, Database]) -> None:
    person_id = make_person(databases["owner"], "awa@example.org")
    link_id = new_id()
    with databases["owner"].transaction() as session:
        session.add(SignInLink(id=link_id, person_id=person_id, expires_at=NOW + timedelta(minutes=10)))
    with databases["registration"].transaction() as session:
        record(session, people.SignInLinkRequested(person_id=person_id, link_id=link_id))
    drain(databases["notifications"], reactions, seconds=5, now=lambda: NOW)
    with running_relay() as relay:
        let_time_pass(databases["owner"], minutes=11)
        carry_once(databases["notifications"], relay.url)
    assert relay.taken == []
    assert states(databases["owner"]) == {"failed": 1}


def test_each_signed_link_opens_with_the_purpose_that_registration_asks_for(databases: dict[str, Database]) -> None:
    person_id = make_person(databases["owner"], "awa@example.org")
    ids = {"person_id": person_id, "expires_at": NOW + timedelta(days=2)}
    invitation = StaffInvitation(id=new_id(), **ids)
    link = SignInLink(id=new_id(), **ids)
    with databases["owner"].transaction() as session:
        session.add_all([invitation, link])
    signed = {
        "staff/invitations": people.StaffInvited(person_id=person_id, invitation_id=invitation.id),
        "sign-in": people.SignInLinkRequested(person_id=person_id, link_id=link.id),
    }
    purposes = {"staff/invitations": STAFF_INVITATION, "sign-in": SIGN_IN}
    subjects = {"staff/invitations": invitation.id, "sign-in": link.id}
    for path, fact in signed.items():
        (mail,) = mailed_after(fact, databases["registration"], databases["notifications"])
        token = mail.text().split(f"https://academy.example/{path}/")[1].split()[0]
        assert Signer("x" * 40, name="registration").unsign(purposes[path], token) == subjects[path]


def test_an_offer_says_until_when_in_the_persons_zone_with_the_editions_beside_it(
    databases: dict[str, Database],
) -> None:
    edition_id = make_edition(databases["owner"])
    person_id = make_person(databases["owner"], "awa@example.org")
    offer_id = make_offer(databases["owner"], edition_id, person_id, expires_at=NOW + timedelta(days=14))
    fact = facts.OfferMade(offer_id=offer_id, person_id=person_id, edition_id=edition_id)
    (mail,) = mailed_after(fact, databases["registration"], databases["notifications"])
    assert "Academy 2026" in mail.message["Subject"]
    assert f"https://academy.example/me/offers/{offer_id}" in mail.text()
    assert "in Toronto" in mail.text()
    assert mail.message["Reply-To"] == "team@academy.example"


@pytest.mark.parametrize("outcome", ["reserve", "decline"])
def test_a_decision_without_an_offer_is_told_by_mail(outcome: str, databases: dict[str, Database]) -> None:
    edition_id = make_edition(databases["owner"])
    person_id = make_person(databases["owner"], "awa@example.org")
    fact = facts.DecisionReleased(
        decision_id=new_id(),
        application_id=new_id(),
        person_id=person_id,
        edition_id=edition_id,
        outcome=outcome,
    )
    (mail,) = mailed_after(fact, databases["registration"], databases["notifications"])
    assert "Academy 2026" in mail.message["Subject"]


def test_an_acceptance_is_told_by_the_offer_alone(databases: dict[str, Database]) -> None:
    edition_id = make_edition(databases["owner"])
    person_id = make_person(databases["owner"], "awa@example.org")
    ids = {"decision_id": new_id(), "application_id": new_id(), "person_id": person_id, "edition_id": edition_id}
    fact = facts.DecisionReleased(**ids, outcome="accept")
    assert mailed_after(fact, databases["registration"], databases["notifications"]) == []


def place_facts(person_id: UUID, edition_id: UUID) -> list[Fact]:
    ids = {"person_id": person_id, "edition_id": edition_id}
    return [
        facts.ApplicationSubmitted(application_id=new_id(), **ids),
        facts.ApplicationWithdrawn(application_id=new_id(), **ids),
        facts.OfferAccepted(offer_id=new_id(), enrolment_id=new_id(), **ids),
        facts.OfferDeclined(offer_id=new_id(), **ids),
        facts.OfferExpired(offer_id=new_id(), **ids),
        facts.EnrolmentWithdrawn(enrolment_id=new_id(), **ids),
        ShelfOpened(shelf_id=new_id(), **ids),
    ]


@pytest.mark.parametrize("number", range(7))
@pytest.mark.parametrize("locale", ["en", "ar"])
def test_every_fact_about_a_place_is_told_to_the_person(
    number: int, locale: str, databases: dict[str, Database]
) -> None:
    edition_id = make_edition(databases["owner"])
    person_id = make_person(databases["owner"], "awa@example.org", locale=locale)
    fact = place_facts(person_id, edition_id)[number]
    (mail,) = mailed_after(fact, databases["registration"], databases["notifications"])
    assert "Aïssatou Diallo" in mail.text()
    assert f'lang="{locale}" dir="{"rtl" if locale == "ar" else "ltr"}"' in mail.text("html")
    assert "zq" not in mail.text()


def test_a_doubtful_notice_is_sent_once_more_with_the_same_message_id_and_then_left_as_a_doubt(
    databases: dict[str, Database],
) -> None:
    edition_id = make_edition(databases["owner"])
    person_id = make_person(databases["owner"], "awa@example.org")
    with databases["registration"].transaction() as session:
        record(session, place_facts(person_id, edition_id)[0])
    drain(databases["notifications"], reactions, seconds=5, now=lambda: NOW)
    with running_relay(RelayBehaviour(to_message=lambda _: "hang up")) as relay:
        for _ in range(4):
            carry_once(databases["notifications"], relay.url)
            let_time_pass(databases["owner"], minutes=1)
    assert len(relay.taken) == 2
    assert len({mail.message["Message-ID"] for mail in relay.taken}) == 1
    assert states(databases["owner"]) == {"uncertain": 1}
