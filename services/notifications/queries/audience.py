"""Who an audience rule means at this moment, on live data of all three services."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session

from services.notifications.rules.audience import AudienceRule, Standing
from shared.schema.alphabet import folded_in_sql, sorted_as_in_sql
from shared.schema.materials.files import Download, Rendition
from shared.schema.materials.publications import Publication, Release, Translation
from shared.schema.materials.shelves import Shelf, ShelfItem
from shared.schema.notifications.topics import OptOut
from shared.schema.people.persons import Person
from shared.schema.registration import Application, Decision, Enrolment, Offer
from shared.words.folding import folded

_CONFIRMED: Final = ("confirmed", "attended", "no_show", "certified")


@dataclass(frozen=True)
class Member:
    """One person of an audience."""

    person_id: UUID
    name: str
    called: str
    email: str
    locale: str
    country: str


@dataclass(frozen=True)
class Size:
    """How large an audience is, in all and by the people's languages; ``opted_out`` of them will get nothing."""

    total: int
    by_locale: dict[str, int]
    opted_out: int


def _released(outcome: str) -> ColumnElement[bool]:
    return exists().where(
        Decision.application_id == Application.id, Decision.state == "released", Decision.outcome == outcome
    )


def _enrolled(*states: str) -> ColumnElement[bool]:
    return exists().where(Enrolment.application_id == Application.id, Enrolment.state.in_(states))


_STANDINGS: Final[dict[Standing, ColumnElement[bool]]] = {
    Standing.APPLIED: Application.state.not_in(("draft", "withdrawn")),
    Standing.WAITING: Application.state.in_(("submitted", "needs_information", "under_review")),
    Standing.OFFERED: exists().where(Offer.application_id == Application.id, Offer.state == "offered"),
    Standing.ACCEPTED: _enrolled("accepted", *_CONFIRMED),
    Standing.CONFIRMED: _enrolled(*_CONFIRMED),
    Standing.RESERVE: _released("reserve"),
    Standing.DECLINED: _released("decline"),
}


def conditions(rule: AudienceRule, *, edition_id: UUID) -> list[ColumnElement[bool]]:
    """Return what must hold of an application joined with its person; one person has one live application at most."""
    wanted = [
        Application.edition_id == edition_id,
        Application.state.not_in(("draft", "withdrawn")),
        or_(*(_STANDINGS[standing] for standing in rule.standings)),
    ]
    if rule.asks_about_downloads:
        downloaded = (
            select(Download.person_id)
            .join(Rendition, Rendition.id == Download.rendition_id)
            .join(Translation, Translation.id == Rendition.translation_id)
            .join(Release, Release.id == Translation.release_id)
            .where(Release.publication_id == rule.publication_id, Download.person_id == Person.id)
            .exists()
        )
        wanted.append(downloaded if rule.download == "has" else ~downloaded)
    if rule.locales:
        wanted.append(Person.locale.in_(rule.locales))
    if rule.countries:
        wanted.append(Application.country.in_(rule.countries))
    return wanted


def members_select(rule: AudienceRule, *, edition_id: UUID) -> Select[UUID, str, Any, str, str, str]:
    """Return the query of an audience's people, in no order."""
    return (
        select(
            Person.id.label("person_id"),
            Person.name,
            func.coalesce(func.nullif(Person.called, ""), Person.name).label("called"),
            Person.email,
            Person.locale,
            Application.country,
        )
        .join(Application, Application.person_id == Person.id)
        .where(*conditions(rule, edition_id=edition_id))
    )


def audience_size(session: Session, *, rule: AudienceRule, edition_id: UUID, topic_id: UUID) -> Size:
    """Count an audience."""
    opted_out = exists().where(OptOut.person_id == Person.id, OptOut.topic_id == topic_id)
    rows = session.execute(
        select(Person.locale, func.count(), func.count().filter(opted_out))
        .join(Application, Application.person_id == Person.id)
        .where(*conditions(rule, edition_id=edition_id))
        .group_by(Person.locale)
        .order_by(func.count().desc(), Person.locale)
    ).all()
    return Size(
        total=sum(count for _, count, _ in rows),
        by_locale={locale: count for locale, count, _ in rows},
        opted_out=sum(out for _, _, out in rows),
    )


def audience_page(
    session: Session, *, rule: AudienceRule, edition_id: UUID, language: str, limit: int, offset: int, search: str = ""
) -> Sequence[Member]:
    """Return one page of an audience, by name in ``language``; ``search`` narrows by name or address."""
    wanted = members_select(rule, edition_id=edition_id)
    if search:
        wanted = wanted.where(folded_in_sql(Person.name + " " + Person.email).contains(folded(search), autoescape=True))
    rows = session.execute(
        wanted.order_by(sorted_as_in_sql(Person.name, language), Person.id).limit(limit).offset(offset)
    )
    return [Member(*row) for row in rows]


def audience_member(session: Session, *, rule: AudienceRule, edition_id: UUID, person_id: UUID) -> Member | None:
    """Return one person of an audience, or None when the rule does not mean her."""
    row = session.execute(members_select(rule, edition_id=edition_id).where(Person.id == person_id)).first()
    return None if row is None else Member(*row)


class PublicationToAsk(NamedTuple):
    """A publication that a rule may ask about; ``titles`` is ``{language: text}``."""

    id: UUID
    titles: dict[str, str]


def publications_of(session: Session, *, edition_id: UUID) -> list[PublicationToAsk]:
    """Return the publications a rule may ask about, with their titles by language.

    These are the edition's own, those of no edition, and whatever stands on a shelf of the edition.
    """
    on_shelf = (
        select(ShelfItem.publication_id)
        .join(Shelf, Shelf.id == ShelfItem.shelf_id)
        .where(Shelf.edition_id == edition_id)
    )
    rows = session.execute(
        select(Publication.id, Publication.titles)
        .where(
            or_(
                Publication.edition_id == edition_id,
                Publication.edition_id.is_(None),
                Publication.id.in_(on_shelf),
            )
        )
        .order_by(Publication.created_at)
    )
    return [PublicationToAsk(*row) for row in rows]
