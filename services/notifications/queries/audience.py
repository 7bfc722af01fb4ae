"""Who an audience rule means at this moment, on live data as its owners publish it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, any_, case, exists, func, literal, or_, select, true
from sqlalchemy.orm import Session

from services.notifications.errors import PublicationNotAskable
from services.notifications.rules.audience import AudienceRule, Standing
from shared.schema.alphabet import has_words, sort_key
from shared.schema.materials.published import CatalogueEntry, Downloaded, is_open_to
from shared.schema.notifications.topics import OptOut
from shared.schema.people.published import Addressable
from shared.schema.registration.published import PersonStanding


@dataclass(frozen=True)
class Member:
    """One person of an audience."""

    person_id: UUID
    name: str
    called: str
    email: str
    locale: str
    country: str


_MEMBER: Final = tuple(field.name for field in fields(Member))


@dataclass(frozen=True)
class Size:
    """How large an audience is, in all and by the people's languages; ``opted_out`` of them will get nothing."""

    total: int
    by_locale: dict[str, int]
    opted_out: int


_STANDINGS: Final[dict[Standing, ColumnElement[bool]]] = {
    Standing.APPLIED: true(),
    Standing.WAITING: PersonStanding.waiting.expression,
    Standing.OFFERED: PersonStanding.offered.expression,
    Standing.ACCEPTED: PersonStanding.accepted.expression,
    Standing.CONFIRMED: PersonStanding.confirmed.expression,
    Standing.RESERVE: PersonStanding.reserve.expression,
    Standing.DECLINED: PersonStanding.declined.expression,
}


def conditions(rule: AudienceRule, *, edition_id: UUID, now: datetime) -> list[ColumnElement[bool]]:
    """Return what must hold of a person and her standing. Who has not downloaded a thing is asked of who may."""
    wanted = [PersonStanding.edition_id == edition_id, or_(*(_STANDINGS[standing] for standing in rule.standings))]
    if rule.publication_id is not None and rule.asks_about_downloads:
        downloaded = (
            select(Downloaded.person_id)
            .where(Downloaded.publication_id == rule.publication_id, Downloaded.person_id == Addressable.id)
            .exists()
        )
        may_open = is_open_to(PersonStanding.person_id.expression, publication_id=rule.publication_id, at=now)
        wanted.extend([downloaded] if rule.download == "has" else [~downloaded, may_open])
    if rule.locales:
        wanted.append(Addressable.locale.in_(rule.locales))
    if rule.countries:
        wanted.append(PersonStanding.country.in_(rule.countries))
    return wanted


def members_select(rule: AudienceRule, *, edition_id: UUID, now: datetime) -> Select[UUID, str, Any, str, str, str]:
    """Return the query of an audience's people, in no order."""
    return (
        select(
            Addressable.id.label("person_id"),
            Addressable.name,
            func.coalesce(func.nullif(Addressable.called, ""), Addressable.name).label("called"),
            Addressable.email,
            Addressable.locale,
            PersonStanding.country,
        )
        .join(PersonStanding, PersonStanding.person_id == Addressable.id)
        .where(*conditions(rule, edition_id=edition_id, now=now))
    )


def members_to_freeze(rule: AudienceRule, *, edition_id: UUID, now: datetime) -> Select[*tuple[Any, ...]]:
    """Return the same query, and what a ledger of these people is searched and sorted by."""
    email = "\n" + func.words.folded(Addressable.email)
    differs = Addressable.name_as_es != Addressable.name_as
    return members_select(rule, edition_id=edition_id, now=now).add_columns(
        (Addressable.name_as + email).label("words"),
        case((differs, Addressable.name_as_es + email)).label("words_es"),
    )


def audience_size(
    session: Session, *, rule: AudienceRule | None, edition_id: UUID, topic_id: UUID, now: datetime
) -> Size:
    """Count an audience; while none is chosen there is nobody in it."""
    if rule is None:
        return Size(0, {}, 0)
    opted_out = exists().where(OptOut.person_id == Addressable.id, OptOut.topic_id == topic_id)
    rows = session.execute(
        select(Addressable.locale, func.count(), func.count().filter(opted_out))
        .join(PersonStanding, PersonStanding.person_id == Addressable.id)
        .where(*conditions(rule, edition_id=edition_id, now=now))
        .group_by(Addressable.locale)
        .order_by(func.count().desc(), Addressable.locale)
    ).all()
    return Size(
        total=sum(count for _, count, _ in rows),
        by_locale={locale: count for locale, count, _ in rows},
        opted_out=sum(out for _, _, out in rows),
    )


def audience_page(
    session: Session,
    *,
    rule: AudienceRule | None,
    edition_id: UUID,
    language: str,
    limit: int,
    offset: int,
    now: datetime,
    search: str = "",
) -> Sequence[Member]:
    """Return one page of an audience, by name in ``language``; ``search`` narrows by name or address."""
    if rule is None:
        return []
    wanted = members_select(rule, edition_id=edition_id, now=now)
    if search:
        wanted = wanted.where(has_words(Addressable.words, search))
    key = sort_key(Addressable, "name", language)
    if search or not _means_nearly_everybody(rule):
        # the planner thinks half of all people fit any standing; gathered first, it cannot walk past the others
        gathered = wanted.add_columns(key.label("key")).cte("gathered").prefix_with("MATERIALIZED")
        columns = [gathered.c[name] for name in _MEMBER]
        page = select(*columns).order_by(gathered.c.key, gathered.c.person_id)
    else:
        page = wanted.order_by(key, Addressable.id)
    return [Member(*row) for row in session.execute(page.limit(limit).offset(offset))]


def _means_nearly_everybody(rule: AudienceRule) -> bool:
    narrows = rule.asks_about_downloads or rule.locales or rule.countries
    return Standing.APPLIED in rule.standings and not narrows


def audience_member(
    session: Session, *, rule: AudienceRule | None, edition_id: UUID, person_id: UUID, now: datetime
) -> Member | None:
    """Return one person of an audience, or None when the rule does not mean her."""
    if rule is None:
        return None
    row = session.execute(
        members_select(rule, edition_id=edition_id, now=now).where(Addressable.id == person_id)
    ).first()
    return None if row is None else Member(*row)


class PublicationToAsk(NamedTuple):
    """A publication that a rule may ask about; ``titles`` is ``{language: text}``."""

    id: UUID
    titles: dict[str, str]


def publications_of(session: Session, *, edition_id: UUID) -> list[PublicationToAsk]:
    """Return the publications a rule may ask about, with their titles by language.

    These are the edition's own, those of no edition, and whatever stands on a shelf of the edition.
    """
    rows = session.execute(
        select(CatalogueEntry.publication_id, CatalogueEntry.titles)
        .where(
            or_(
                CatalogueEntry.edition_id == edition_id,
                CatalogueEntry.edition_id.is_(None),
                literal(edition_id) == any_(CatalogueEntry.shelved_for),
            )
        )
        .order_by(CatalogueEntry.created_at)
    )
    return [PublicationToAsk(*row) for row in rows]


def require_askable(session: Session, *, rule: AudienceRule, edition_id: UUID) -> None:
    """Refuse a rule about a publication that :func:`publications_of` does not offer to the edition."""
    if rule.publication_id is None:
        return
    if all(offered.id != rule.publication_id for offered in publications_of(session, edition_id=edition_id)):
        raise PublicationNotAskable
