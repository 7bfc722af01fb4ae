"""An edition in numbers: how applications came in, how far people got, how those with a place are made up.

All of it is counted from narrow lines (:class:`ApplicationLine`) and places; no application is read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ARRAY, Date, Uuid, any_, cast, func, literal, select
from sqlalchemy.orm import Session

from services.registration.rules.selection.regions import REGIONS, region_of
from shared.schema.materials.published import CatalogueEntry, Downloaded
from shared.schema.registration import ApplicationLine as Line, Edition, Offer
from shared.schema.registration.published import Place
from shared.words.languages import zone_of


@dataclass(frozen=True)
class Funnel:
    """How many people got how far. ``fetched`` is None where no Reader stands on a shelf of the edition."""

    submitted: int
    decided: int
    offered: int
    taken: int
    fetched: int | None


@dataclass(frozen=True)
class Group:
    """People who are alike: how many applied, how many hold a place or an offer, how many more are proposed for one."""

    key: str
    applied: int
    holding: int
    proposed: int

    @property
    def would_hold(self) -> int:
        """How many hold a place or an offer once what is proposed is released."""
        return self.holding + self.proposed


@dataclass(frozen=True)
class Balance:
    """Who applied and who holds a place, by country, working language and region; the largest groups first."""

    countries: Sequence[Group]
    languages: Sequence[Group]
    regions: Sequence[Group]


def submitted_by_day(session: Session, *, edition_id: UUID, zone: str) -> dict[date, int]:
    """Return how many applications were submitted on each day as clocks in ``zone`` tell it."""
    day = cast(func.timezone(zone, Line.moment), Date).label("day")
    rows = session.execute(
        select(day, func.count()).where(Line.edition_id == edition_id, Line.state != "draft").group_by(day)
    )
    return dict(rows.all())


def edition_before(session: Session, *, edition: Edition) -> Edition | None:
    """Return the last edition before this one that anybody applied to."""
    applied = select(Line.application_id).where(Line.edition_id == Edition.id, Line.state != "draft").exists()
    return session.execute(
        select(Edition)
        .where(Edition.starts_on < edition.starts_on, Edition.id != edition.id, applied)
        .order_by(Edition.starts_on.desc(), Edition.slug)
        .limit(1)
    ).scalar()


def funnel_of(session: Session, *, edition_id: UUID) -> Funnel:
    """Return how far people got in an edition."""
    counted = select(
        func.count(),
        func.count().filter(Line.released != ""),
        func.count().filter(Line.offer != ""),
    ).where(Line.edition_id == edition_id, Line.state != "draft")
    submitted, decided, offered = session.execute(counted).one()
    held = select(Place.person_id).where(Place.edition_id == edition_id)
    taken = session.execute(select(func.count()).select_from(held.subquery())).scalar_one()
    readers = readers_on_shelves(session, edition_id=edition_id)
    fetched = None
    if readers:
        fetched = session.execute(
            select(func.count(func.distinct(Downloaded.person_id))).where(
                Downloaded.publication_id == any_(literal(readers, ARRAY(Uuid))), Downloaded.person_id.in_(held)
            )
        ).scalar_one()
    return Funnel(submitted, decided, offered, taken, fetched)


def readers_on_shelves(session: Session, *, edition_id: UUID) -> list[UUID]:
    """Return the Readers that stand on a shelf of the edition."""
    rows = session.execute(
        select(CatalogueEntry.publication_id).where(
            CatalogueEntry.kind == "reader", CatalogueEntry.shelved_for.contains([edition_id])
        )
    )
    return list(rows.scalars())


def balance_of(session: Session, *, edition_id: UUID) -> Balance:
    """Return who applied to an edition and who holds a place in it, group by group."""
    rows = session.execute(
        select(
            Line.country,
            Line.language,
            func.count(),
            func.count().filter(Line.offer.in_(("offered", "accepted"))),
            func.count().filter(Line.proposed == "accept"),
        )
        .where(Line.edition_id == edition_id, Line.state.not_in(("draft", "withdrawn")))
        .group_by(Line.country, Line.language)
    ).all()
    counted = [(country, language, (applied, holding, more)) for country, language, applied, holding, more in rows]
    regions = {group.key: group for group in _groups(counted, lambda country, _language: region_of(country))}
    return Balance(
        countries=_groups(counted, lambda country, _language: country),
        languages=_groups(counted, lambda _country, language: language),
        regions=[regions[code] for code in REGIONS if code in regions],
    )


def _groups(counted: Sequence[tuple[str, str, tuple[int, int, int]]], key: Callable[[str, str], str]) -> list[Group]:
    sums: tuple[Counter[str], Counter[str], Counter[str]] = (Counter(), Counter(), Counter())
    for country, language, numbers in counted:
        for counter, number in zip(sums, numbers, strict=True):
            counter[key(country, language)] += number
    applied, holding, proposed = sums
    names = sorted(applied, key=lambda name: (-(holding[name] + proposed[name]), -applied[name], name))
    return [Group(name, applied[name], holding[name], proposed[name]) for name in names if name]


def offers_ending(session: Session, *, edition_id: UUID, zone: str, now: datetime) -> list[tuple[date, int]]:
    """Return how many open offers end on each day from today to the last of them, as clocks in ``zone`` tell it."""
    day = cast(func.timezone(zone, Offer.expires_at), Date).label("day")
    rows = session.execute(
        select(day, func.count())
        .where(Offer.edition_id == edition_id, Offer.state == "offered", Offer.expires_at > now)
        .group_by(day)
    )
    found: dict[date, int] = dict(rows.all())
    if not found:
        return []
    first = now.astimezone(zone_of(zone)).date()
    return [(day, found.get(day, 0)) for day in (first + timedelta(at) for at in range((max(found) - first).days + 1))]
