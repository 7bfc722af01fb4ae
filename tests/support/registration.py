"""Editions, applicants and whole histories for tests, made by the deeds themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from sqlalchemy import select

from services.registration.actions.decisions import propose_decision
from services.registration.actions.releases import release_decisions
from services.registration.actions.submissions import prove_address, start_application
from services.registration.queries.releases import waiting_batch
from services.registration.rules.forms.compiled import Answers
from services.registration.rules.forms.library import standard_form
from shared.clock import now
from shared.deeds import Deed
from shared.schema.base import new_id
from shared.schema.registration import Edition, Offer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.database import Database

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DESK = UUID(int=7)
"""The one who decides in tests; history keeps ids of people, whoever they were."""


def edition_row(**changes: Any) -> Edition:
    values: dict[str, Any] = {
        "id": new_id(),
        "slug": "spring-2026",
        "name": {"en": "Spring Academy", "fr": "Académie de printemps"},
        "summary": {"en": "One week."},
        "description": {"en": "Five days of courses."},
        "place": "Montreal, Canada",
        "starts_on": date(2026, 6, 1),
        "ends_on": date(2026, 6, 5),
        "time_zone": "America/Toronto",
        "languages": ["en", "fr"],
        "capacity": 50,
        "over_offer": 0,
        "opens_at": NOW - timedelta(days=30),
        "closes_at": NOW + timedelta(days=30),
        "offer_days": 14,
        "contact": "academy@example.org",
        "published_at": NOW - timedelta(days=30),
    }
    return Edition(**{**values, **changes})


def make_edition(database: Database, **changes: Any) -> UUID:
    with database.transaction() as session:
        edition = edition_row(**changes)
        session.add(edition)
        return edition.id


def make_open_edition(database: Database, **changes: Any) -> UUID:
    """Make an edition that takes applications while the test runs, by the real clock."""
    moment = now()
    times = {
        "opens_at": moment - timedelta(days=1), "closes_at": moment + timedelta(days=5),
        "starts_on": moment.date() + timedelta(days=60), "ends_on": moment.date() + timedelta(days=64),
    }  # fmt: skip
    return make_edition(database, **times | changes)


def filled(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Awa Diop",
        "called": "Awa",
        "email": "awa@example.org",
        "country": "SN",
        "organisation": "Coopérative du Fleuve",
        "language": "fr",
        "motivation": "To learn from others.",
        "needs_fellowship": False,
        "consent": True,
        **changes,
    }


def answers_of(languages: Sequence[str] = ("en", "fr", "es", "pt", "ar"), **changes: Any) -> Answers:
    """Read the ten questions, filled in."""
    read = standard_form().read(filled(**changes), languages=languages, locale="fr")
    assert read.answers is not None, read.problems
    return read.answers


@dataclass(frozen=True)
class Applied:
    edition_id: UUID
    application_id: UUID
    person_id: UUID


def submit_unproved(database: Database, edition_id: UUID, *, now: datetime = NOW, **changes: Any) -> UUID:
    with database.transaction() as session:
        return start_application(
            session,
            edition_id=edition_id,
            submission_key=uuid4(),
            answers=answers_of(**changes),
            locale="fr",
            now=now,
        )


def apply(database: Database, edition_id: UUID, *, now: datetime = NOW, **changes: Any) -> Applied:
    application_id = submit_unproved(database, edition_id, now=now, **changes)
    with database.transaction() as session:
        person_id = prove_address(session, application_id=application_id, now=now)
    return Applied(edition_id, application_id, person_id)


def decide(database: Database, applied: Applied, outcome: Any = "accept", *, now: datetime = NOW) -> None:
    with database.transaction() as session:
        propose_decision(
            session,
            edition_id=applied.edition_id,
            application_id=applied.application_id,
            outcome=outcome,
            note="",
            deed=Deed(DESK, now),
        )


def release(database: Database, edition_id: UUID, *, now: datetime = NOW) -> None:
    with database.transaction() as session:
        seen = waiting_batch(session, edition_id=edition_id).digest
        release_decisions(session, edition_id=edition_id, seen=seen, deed=Deed(DESK, now))


def offer_of(database: Database, applied: Applied) -> Offer:
    statement = select(Offer).where(Offer.application_id == applied.application_id)
    with database.reading() as session:
        return session.execute(statement.order_by(Offer.offered_at.desc()).limit(1)).scalar_one()
