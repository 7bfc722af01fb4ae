from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Select, String, and_, bindparam, func, literal, or_, select, true
from sqlalchemy.orm import Session

from services.registration.errors import ApplicationUnknown
from services.registration.queries.places import pool
from services.registration.rules.applications import LIVE
from services.registration.rules.offers import Hold
from shared.schema.alphabet import sorted_as_in_sql
from shared.schema.people.published import Addressable
from shared.schema.registration import Application, Decision, Edition, Enrolment, Offer
from shared.words.folding import folded


@dataclass(frozen=True)
class ApplicationRow:
    """One application as a line of the desk's table."""

    id: UUID
    name: str
    email: str
    country: str
    organisation: str
    language: str
    state: str
    submitted_at: datetime | None
    decision: str | None
    decision_state: str | None
    offer: str | None
    answers: Mapping[str, Any]


_DECISION = (
    select(Decision.id, Decision.outcome, Decision.state)
    .where(Decision.application_id == Application.id, Decision.state.in_(("proposed", "released")))
    .order_by((Decision.state == "proposed").desc())
    .limit(1)
    .lateral("standing")
)
_OFFER = (
    select(Offer.state)
    .where(Offer.application_id == Application.id)
    .order_by(Offer.offered_at.desc())
    .limit(1)
    .lateral("place")
)

IN_WORDS: Final[Mapping[str, ColumnElement[Any]]] = {
    "name": Application.name.expression,
    "organisation": Application.organisation.expression,
}
IN_CODES: Final[Mapping[str, ColumnElement[Any]]] = {
    "country": Application.country.expression,
    "language": Application.language.expression,
    "state": Application.state.expression,
}
"""Codes that the reader sees as names."""


@dataclass(frozen=True)
class Order:
    """By which column, in which language, and for codes in which order their names stand in that language."""

    sort: str
    language: str
    codes: Sequence[str] = ()


def _key(order: Order) -> ColumnElement[Any]:
    if order.sort in IN_WORDS:
        return sorted_as_in_sql(IN_WORDS[order.sort], order.language)
    if order.sort in IN_CODES:
        return func.array_position(literal(list(order.codes), ARRAY(String)), IN_CODES[order.sort])
    return Application.submitted_at.expression


@dataclass(frozen=True)
class Wish:
    """What the desk asked for; empty means all.

    ``decisions`` are ``none``, ``proposed:accept``, ``released:accept``, ``offer:expired`` and so on.
    """

    search: str = ""
    states: Sequence[str] = ()
    countries: Sequence[str] = ()
    languages: Sequence[str] = ()
    decisions: Sequence[str] = ()
    answers: Sequence[tuple[str, Sequence[Any]]] = ()
    """Fields of the form, each with what an answer has to contain one of."""


def application_lines(
    session: Session, *, edition_id: UUID, wish: Wish, order: Order, descending: bool, offset: int, limit: int
) -> list[ApplicationRow]:
    """Return one page of the edition's applications. Unproved drafts are shown only when asked for by state."""
    key = _key(order)
    ordered = key.desc().nulls_last() if descending else key.asc().nulls_last()
    statement = (
        _narrowed(
            _standing(
                select(
                    Application.id,
                    Application.name,
                    Application.email,
                    Application.country,
                    Application.organisation,
                    Application.language,
                    Application.state,
                    Application.submitted_at,
                    _DECISION.c.outcome,
                    _DECISION.c.state,
                    _OFFER.c.state,
                    Application.answers,
                )
            ),
            edition_id=edition_id,
            wish=wish,
        )
        .order_by(ordered, Application.id)
        .offset(offset)
        .limit(limit)
    )
    return [ApplicationRow(*row) for row in session.execute(statement)]


def count_applications(session: Session, *, edition_id: UUID, wish: Wish) -> int:
    """Return how many applications match."""
    statement = _narrowed(_asked(select(func.count(Application.id)), wish), edition_id=edition_id, wish=wish)
    found: int = session.execute(statement).scalar_one()
    return found


def matching_ids(session: Session, *, edition_id: UUID, wish: Wish, limit: int) -> list[UUID]:
    """Return the ids of all that match, at most ``limit``."""
    statement = _narrowed(_asked(select(Application.id), wish), edition_id=edition_id, wish=wish).limit(limit)
    return list(session.execute(statement).scalars())


def countries_present(session: Session, *, edition_id: UUID) -> list[str]:
    """Return the countries applications came from."""
    statement = select(Application.country).where(Application.edition_id == edition_id, Application.state != "draft")
    return list(session.execute(statement.distinct()).scalars())


def _standing(statement: Select[Any]) -> Select[Any]:
    return statement.select_from(Application).outerjoin(_DECISION, true()).outerjoin(_OFFER, true())


def _asked(statement: Select[Any], wish: Wish) -> Select[Any]:
    """Look decisions and offers up only where the wish is about them: it is done for every row that is counted."""
    return _standing(statement) if wish.decisions else statement.select_from(Application)


def _narrowed(statement: Select[Any], *, edition_id: UUID, wish: Wish) -> Select[Any]:
    statement = statement.where(Application.edition_id == edition_id)
    statement = statement.where(Application.state.in_(wish.states) if wish.states else Application.state != "draft")
    if wish.countries:
        statement = statement.where(Application.country.in_(wish.countries))
    if wish.languages:
        statement = statement.where(Application.language.in_(wish.languages))
    if wish.decisions:
        statement = statement.where(or_(*(_stands(value) for value in wish.decisions)))
    for field, contained in wish.answers:
        statement = statement.where(or_(*(Application.answers.contains({field: one}) for one in contained)))
    for word in folded(wish.search).split()[:8]:
        statement = statement.where(Application.found_by.contains(word, autoescape=True))
    return statement


def _stands(value: str) -> ColumnElement[bool]:
    if value == "none":
        return _DECISION.c.outcome.is_(None)
    kind, _, name = value.partition(":")
    if kind == "offer":
        return _OFFER.c.state == name
    return and_(_DECISION.c.state == kind, _DECISION.c.outcome == name)


def application_of(session: Session, *, edition_id: UUID, application_id: UUID) -> Application:
    """Return an application of this edition; refuses with :class:`ApplicationUnknown`."""
    found = session.execute(
        select(Application).where(Application.id == application_id, Application.edition_id == edition_id)
    ).scalar()
    if found is None:
        raise ApplicationUnknown
    return found


_LIVE: Final = select(Application.id).where(
    Application.edition_id == bindparam("edition_id"),
    Application.person_id == bindparam("person_id"),
    Application.state.in_(LIVE),
)


def live_application_of(session: Session, *, edition_id: UUID, person_id: UUID) -> UUID | None:
    """Return the person's application that stands in this edition, if there is one."""
    return session.execute(_LIVE, {"edition_id": edition_id, "person_id": person_id}).scalar()


@dataclass(frozen=True)
class Mine:
    """One of a person's applications with everything that hangs on it."""

    application: Application
    edition: Edition
    outcome: str | None
    offer: Offer | None
    enrolment: Enrolment | None
    hold: Hold = "held"
    """What the offer is worth, while it is open."""


_NEWEST: Final = (
    select(Offer.id)
    .where(Offer.application_id == Application.id)
    .order_by(Offer.offered_at.desc())
    .limit(1)
    .correlate(Application)
    .scalar_subquery()
)
_MINE: Final = (
    select(Application, Edition, Decision.outcome, Offer, Enrolment)
    .join(Edition, Edition.id == Application.edition_id)
    .outerjoin(Decision, and_(Decision.application_id == Application.id, Decision.state == "released"))
    .outerjoin(Offer, Offer.id == _NEWEST)
    .outerjoin(Enrolment, Enrolment.offer_id == Offer.id)
    .where(Application.person_id == bindparam("person_id"))
    .order_by(Edition.starts_on.desc(), Application.created_at.desc())
)
_ONE_OF_MINE: Final = _MINE.where(Application.id == bindparam("application_id"))


def applications_of(session: Session, *, person_id: UUID, application_id: UUID | None = None) -> list[Mine]:
    """Return a person's applications, newest first, with released outcome, newest offer and its enrolment."""
    wanted = _MINE if application_id is None else _ONE_OF_MINE
    asked = {"person_id": person_id, "application_id": application_id}
    return [_with_hold(session, Mine(*row)) for row in session.execute(wanted, asked)]


def _with_hold(session: Session, mine: Mine) -> Mine:
    if mine.offer is None or mine.offer.state != "offered":
        return mine
    return replace(mine, hold=pool(session, mine.edition.id).hold)


def my_application(session: Session, *, person_id: UUID, application_id: UUID) -> Mine:
    """Return one of the person's applications; refuses with :class:`ApplicationUnknown` for anybody else's."""
    found = applications_of(session, person_id=person_id, application_id=application_id)
    if not found:
        raise ApplicationUnknown
    return found[0]


def person_of(session: Session, person_id: UUID) -> Addressable:
    """Return a person."""
    return session.execute(select(Addressable).where(Addressable.id == person_id)).scalar_one()
