"""What became of the demo's applicants, told by the real deeds at moments of the past weeks."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from services.registration.actions.applications import withdraw_application
from services.registration.actions.decisions import propose_decisions
from services.registration.actions.offers import accept_offer, decline_offer, expire_offers
from services.registration.actions.releases import release_decisions
from services.registration.actions.submissions import start_application, submit_application
from services.registration.demo.applicants import SEED, Applicant, applicants
from services.registration.queries.releases import waiting_batch
from services.registration.rules.countries import time_zone_of
from services.registration.rules.decisions import Outcome
from shared.deeds import Deed
from shared.people.actions.people import find_or_make_person
from shared.schema.base import new_id
from shared.schema.outbox.entries import Entry, FactRow
from shared.schema.registration import Edition, Offer
from shared.words.languages import use_locale

DRAFTS: Final = 9
COUNT: Final = 180
FIRST_BATCH: Final[dict[Outcome, int]] = {"accept": 38, "reserve": 12, "decline": 10}
LATER_BATCHES: Final[tuple[tuple[int, dict[Outcome, int], tuple[int, int]], ...]] = (
    (11, {"accept": 9, "decline": 3}, (4, 1)),
    (8, {"accept": 7, "decline": 3}, (3, 1)),
    (5, {"accept": 6, "decline": 2}, (1, 0)),
)
"""Days before today, decisions, and how many accept and decline: offers end on several days."""
PROPOSED: Final[dict[Outcome, int]] = {"accept": 10, "reserve": 6, "decline": 5}


def tell_histories(session: Session, *, edition: Edition, staff: dict[str, UUID], now: datetime) -> None:
    """Let everybody apply, be read, be decided on and answer.

    The mails of all this lie in the past: their entries are marked as done, so that the demo does not start by
    sending hundreds. What other services have to do, they do: an accepted place opens its shelf.
    """
    chance = random.Random(SEED)  # noqa: S311 - plausible, not secret
    everybody = applicants(COUNT + DRAFTS)
    moments = sorted(_moment(chance, now) for _one in everybody[:COUNT])
    people = [apply_as(session, edition, one, at=at, now=now) for one, at in zip(everybody, moments, strict=False)]
    for one in everybody[COUNT:]:
        with use_locale(one.locale):
            start_application(
                session,
                edition_id=edition.id,
                submission_key=new_id(),
                answers=one.answers,
                locale=one.locale,
                now=now - timedelta(hours=chance.randrange(2, 70)),
            )
    rest = people[::-1]  # who applied first is read first
    for application_id, person_id in (rest.pop() for _ in range(7)):
        withdraw_application(session, application_id=application_id, deed=Deed(person_id, _ago(now, 6)))
    first = _decide(session, edition, rest, FIRST_BATCH, staff, at=_ago(now, 16))
    release_proposed(session, edition, staff, at=_ago(now, 15))
    _answer(session, first, chance, at=_ago(now, 12), shares=(26, 5))
    expire_offers(session, now=now)
    for days, batch, shares in LATER_BATCHES:
        later = _decide(session, edition, rest, batch, staff, at=_ago(now, days))
        release_proposed(session, edition, staff, at=_ago(now, days - 1))
        _answer(session, later, chance, at=_ago(now, days - 2), shares=shares)
    _decide(session, edition, rest, PROPOSED, staff, at=_ago(now, 1))
    forget_past_mails(session, edition)


def _ago(now: datetime, days: int) -> datetime:
    return now - timedelta(days=days, hours=3)


def _moment(chance: random.Random, now: datetime) -> datetime:
    """Return a moment of the past weeks; a little more come every week."""
    return now - timedelta(days=0.2 + 39 * (1 - chance.random() ** 0.8), minutes=chance.randrange(600))


def apply_as(session: Session, edition: Edition, one: Applicant, *, at: datetime, now: datetime) -> tuple[UUID, UUID]:
    """Let somebody made up apply; return the application and the person."""
    answers = one.answers
    person_id = find_or_make_person(
        session,
        email=answers.email,
        name=answers.columns()["name"],
        called=answers.columns()["called"],
        locale=one.locale,
        time_zone=time_zone_of(answers.columns()["country"]) or "",
        now=min(at, now),
    )
    with use_locale(one.locale):
        application_id = submit_application(
            session,
            edition_id=edition.id,
            submission_key=new_id(),
            answers=answers,
            locale=one.locale,
            deed=Deed(person_id, at),
        )
    return application_id, person_id


def _decide(
    session: Session,
    edition: Edition,
    rest: list[tuple[UUID, UUID]],
    wishes: dict[Outcome, int],
    staff: dict[str, UUID],
    *,
    at: datetime,
) -> list[UUID]:
    """Propose decisions for the next people of ``rest``; return who would get a place."""
    accepted: list[UUID] = []
    for outcome, count in wishes.items():
        chosen = [rest.pop() for _ in range(count)]
        propose_decisions(
            session,
            edition_id=edition.id,
            application_ids=[application_id for application_id, _person in chosen],
            outcome=outcome,
            note="",
            deed=Deed(staff["reviewer"], at),
        )
        if outcome == "accept":
            accepted = [person_id for _application, person_id in chosen]
    return accepted


def release_proposed(session: Session, edition: Edition, staff: dict[str, UUID], *, at: datetime) -> None:
    """Make known what is proposed."""
    seen = waiting_batch(session, edition_id=edition.id).digest
    release_decisions(session, edition_id=edition.id, seen=seen, deed=Deed(staff["organiser"], at))


def _answer(
    session: Session, people: Sequence[UUID], chance: random.Random, *, at: datetime, shares: tuple[int, int]
) -> None:
    """Let the first of ``people`` accept and the next decline, as many as ``shares`` say; the others keep silent."""
    accepting, declining = shares
    rows = session.execute(select(Offer.id, Offer.person_id).where(Offer.person_id.in_(people)).order_by(Offer.id))
    for number, (offer_id, person_id) in enumerate(rows.all()):
        moment = at + timedelta(minutes=chance.randrange(2000))
        if number < accepting:
            accept_offer(session, offer_id=offer_id, deed=Deed(person_id, moment))
        elif number < accepting + declining:
            decline_offer(session, offer_id=offer_id, deed=Deed(person_id, moment))


def forget_past_mails(session: Session, edition: Edition) -> None:
    """Mark the mails of what lies in the past as done."""
    told = select(FactRow.id).where(FactRow.edition_id == edition.id)
    session.execute(
        update(Entry)
        .where(Entry.subscriber == "notifications", Entry.state == "waiting", Entry.fact_id.in_(told))
        .values(state="done", done_at=func.clock_timestamp())
        .execution_options(synchronize_session=False)
    )
