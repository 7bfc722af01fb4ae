"""An offer until it is answered: reminded of once, ended with a day, declined for a reason."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from sqlalchemy import select

from services.notifications.reactions import reactions as mails
from services.registration.actions.offers import accept_offer, remind_of_offers
from services.registration.app import BLUEPRINTS
from services.registration.rounds.expiry import remind_and_end
from shared.clock import now
from shared.deeds import Deed
from shared.outbox import drain
from shared.schema.notifications.deliveries import Delivery
from shared.schema.outbox.entries import FactRow
from tests.support.registration import NOW, Applied, apply, decide, make_edition, make_open_edition, offer_of, release
from tests.support.web import app_of, form_token, person_called, press, signed_in_as

if TYPE_CHECKING:
    from shared.database import Database


def offered(database: Database, edition: UUID, **changes: Any) -> Applied:
    applied = apply(database, edition, **changes)
    decide(database, applied)
    release(database, edition)
    return applied


def reminded(database: Database, moment: datetime) -> int:
    with database.transaction() as session:
        return remind_of_offers(session, now=moment)


def test_whoever_has_not_answered_is_reminded_once_with_the_end_of_the_offer(
    registration_database: Database, notifications_database: Database
) -> None:
    edition = make_edition(registration_database, offer_days=14, remind_days=3)
    applied = offered(registration_database, edition)
    assert reminded(registration_database, NOW + timedelta(days=11)) == 0
    remind_and_end(registration_database, now=lambda: NOW + timedelta(days=12))
    assert reminded(registration_database, NOW + timedelta(days=13)) == 0
    drain(notifications_database, mails, seconds=20, now=lambda: NOW + timedelta(days=12))
    with notifications_database.reading() as session:
        [fields] = session.scalars(select(Delivery.fields).where(Delivery.kind == "offer_ending")).all()
    assert "15 mars 2026" in fields["deadline"]
    assert offer_of(registration_database, applied).state == "offered"


@pytest.mark.parametrize(
    ("changes", "answers"),
    [({"remind_days": 0}, False), ({"remind_days": 3, "offer_days": 2}, False), ({"remind_days": 3}, True)],
)
def test_nobody_is_reminded_who_asked_for_none_has_just_read_it_or_has_answered(
    registration_database: Database, changes: dict[str, int], answers: bool
) -> None:
    edition = make_edition(registration_database, **changes)
    applied = offered(registration_database, edition)
    offer = offer_of(registration_database, applied)
    if answers:
        with registration_database.transaction() as session:
            accept_offer(session, offer_id=offer.id, deed=Deed(applied.person_id, NOW))
    assert reminded(registration_database, offer.expires_at - timedelta(hours=1)) == 0


def test_a_place_is_declined_for_a_reason_from_a_list_in_her_own_words(registration_database: Database) -> None:
    edition = make_open_edition(registration_database)
    applied = apply(registration_database, edition, now=now())
    decide(registration_database, applied, now=now())
    release(registration_database, edition, now=now())
    offer = offer_of(registration_database, applied)
    app = app_of(*BLUEPRINTS, database=registration_database)
    browser = signed_in_as(app, registration_database, applied.person_id, means="link")
    path = f"/me/offers/{offer.id}"
    token = form_token(browser.get(path).text)
    press(browser, f"{path}/decline", csrf_token=token, reason="health", why="")
    assert offer_of(registration_database, applied).state == "offered", "what is not on the list is refused"
    press(browser, f"{path}/decline", csrf_token=token, reason="visa", why="The consulate is closed.")
    found = offer_of(registration_database, applied)
    assert (found.state, found.reason) == ("declined", "visa")
    with registration_database.reading() as session:
        why = session.execute(
            select(FactRow.why).where(FactRow.subject_id == offer.id, FactRow.after == "declined")
        ).scalar_one()
    assert why == "The consulate is closed."
    organiser = person_called(registration_database, "Ola", roles=["organiser"])
    desk = signed_in_as(app, registration_database, organiser, means="staff")
    assert "I have no visa" in desk.get(f"/desk/e/spring-2026/applications/{applied.application_id}").text
