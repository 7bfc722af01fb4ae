"""The desk's list of applications: filtered, searched, sorted and paged in the time of a page, however many there are.

All of it is asked of narrow lines (:class:`ApplicationLine`); the applications themselves are read for one page only.
A column of words is walked along its index. A column of codes, which the reader sees as names, is counted by code
first: then it is known in which codes the page lies. Far pages are walked to from the end. What each costs is in
``docs/decisions/desk-at-100000.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Select, String, and_, false, func, literal, or_, select
from sqlalchemy.orm import Session

from services.registration.queries.application_rows import ApplicationRow, rows_of
from shared.schema.alphabet import has_words, sort_key
from shared.schema.registration import Application, ApplicationLine as Line, ApplicationWords

COUNTED: Final = 10_000
"""A search that finds more says "more than": counting them all would keep the reader waiting."""
SHOWN: Final = 1_000
"""So many of them can be turned to; nobody reads on, everybody narrows."""


@dataclass(frozen=True)
class Order:
    """By which column, in which language, and for codes in which order their names stand in that language."""

    sort: str
    language: str
    codes: Sequence[str] = ()


@dataclass(frozen=True)
class Wish:
    """What the desk asked for; empty means all but unproved drafts.

    ``decisions`` are ``none``, ``proposed:accept``, ``released:accept``, ``offer:expired`` and so on.
    """

    search: str = ""
    states: Sequence[str] = ()
    countries: Sequence[str] = ()
    languages: Sequence[str] = ()
    decisions: Sequence[str] = ()
    answers: Sequence[tuple[str, Sequence[Any]]] = ()
    """Fields of the form, each with what an answer has to contain one of."""


@dataclass(frozen=True)
class Count:
    """How many match, or, where ``more`` says so, that more than this number do."""

    number: int
    more: bool = False


@dataclass(frozen=True)
class Page:
    """One page of the list, and how many there are on all pages."""

    rows: Sequence[ApplicationRow]
    count: Count


def application_page(
    session: Session,
    *,
    edition_id: UUID,
    wish: Wish,
    order: Order,
    descending: bool,
    offset: int,
    limit: int,
    most: int | None = COUNTED,
) -> Page:
    """Return one page of the edition's applications; what a search finds is counted up to ``most``, where it is given.

    Where a search finds more, only the first ``SHOWN`` can be turned to.
    """
    walk = _Walk(session, edition_id, wish, order, descending=descending)
    if not wish.search:
        found, ids = walk.everything(offset, limit)
        return Page(rows_of(session, ids), Count(found))
    found, ids = walk.hits(offset, limit, most=most)
    if most is None or found <= most:
        return Page(rows_of(session, ids), Count(found))
    ids = walk.many(offset, max(0, min(limit, SHOWN - offset)))
    return Page(rows_of(session, ids), Count(most, more=True))


def application_ids(
    session: Session, *, edition_id: UUID, wish: Wish, order: Order, descending: bool, limit: int
) -> list[UUID]:
    """Return the applications that match, at most ``limit`` of them, in the order of the table."""
    walk = _Walk(session, edition_id, wish, order, descending=descending)
    _found, ids = walk.hits(0, limit, most=None) if wish.search else walk.everything(0, limit)
    return ids


def matching(edition_id: UUID, wish: Wish) -> Select[UUID]:
    """Return a look-up of the applications that match, in no order."""
    found = select(Line.application_id).where(*_conditions(edition_id, wish))
    if not wish.search:
        return found
    return found.join(ApplicationWords, ApplicationWords.application_id == Line.application_id).where(
        ApplicationWords.edition_id == edition_id, has_words(ApplicationWords.words, wish.search)
    )


def countries_present(session: Session, *, edition_id: UUID) -> list[str]:
    """Return the countries applications came from: each is one step along an index, from the one before it."""

    def after(country: ColumnElement[str] | None) -> ColumnElement[str]:
        there = select(func.min(Line.country)).where(Line.edition_id == edition_id, Line.state != "draft")
        return (there if country is None else there.where(Line.country > country)).scalar_subquery()

    steps = select(after(None).label("country")).cte("steps", recursive=True)
    steps = steps.union_all(select(after(steps.c.country)).where(steps.c.country.is_not(None)))
    return list(session.execute(select(steps.c.country).where(steps.c.country.is_not(None))).scalars())


CODES: Final[Mapping[str, ColumnElement[str]]] = {
    "country": Line.country.expression,
    "language": Line.language.expression,
    "state": Line.state.expression,
}
"""Columns of codes that the reader sees as names."""


def _key(order: Order) -> ColumnElement[Any]:
    if order.sort in {"name", "organisation"}:
        return sort_key(Line, order.sort, order.language)
    return Line.moment.expression


def _stands(value: str) -> ColumnElement[bool]:
    kind, _, name = value.partition(":")
    if kind == "offer":
        return Line.offer == name
    if kind == "proposed":
        return Line.proposed == name
    return and_(Line.proposed == "", Line.released == ("" if kind == "none" else name))


_FILTERS: Final[Mapping[str, Callable[[Sequence[str]], ColumnElement[bool]]]] = {
    "countries": Line.country.in_,
    "languages": Line.language.in_,
    "decisions": lambda values: or_(false(), *map(_stands, values)),
}
"""What may be wished for beside the state. A filter by something else is an entry here, a condition on the line."""


def _answered(edition_id: UUID, field: str, contained: Sequence[Any]) -> ColumnElement[bool]:
    holds = or_(*(Application.answers.contains({field: one}) for one in contained))
    return Line.application_id.in_(select(Application.id).where(Application.edition_id == edition_id, holds))


def _conditions(edition_id: UUID, wish: Wish) -> list[ColumnElement[bool]]:
    chosen = ((narrows, getattr(wish, name)) for name, narrows in _FILTERS.items())
    return [
        Line.edition_id == edition_id,
        Line.state.in_(wish.states) if wish.states else Line.state != "draft",
        *(narrows(values) for narrows, values in chosen if values),
        *(_answered(edition_id, field, contained) for field, contained in wish.answers),
    ]


@dataclass(frozen=True)
class _Walk:
    """Finds the ids of one page."""

    session: Session
    edition_id: UUID
    wish: Wish
    order: Order
    descending: bool

    def everything(self, offset: int, limit: int) -> tuple[int, list[UUID]]:
        """Count what matches, and walk along an index to the page."""
        found = matching(self.edition_id, self.wish)
        if self.order.sort in CODES:
            return self._by_code(found, offset, limit)
        total: int = self.session.execute(select(func.count()).select_from(found.subquery())).scalar_one()
        return total, self._page(_key(self.order), found, offset=offset, limit=limit, total=total)

    def hits(self, offset: int, limit: int, *, most: int | None) -> tuple[int, list[UUID]]:
        """Gather what a search finds, which is little, and sort that; count no further than one beyond ``most``."""
        key = self._code_place() if self.order.sort in CODES else _key(self.order)
        gathered = matching(self.edition_id, self.wish).add_columns(key.label("key"))
        hits = (gathered if most is None else gathered.limit(most + 1)).cte("hits").prefix_with("MATERIALIZED")
        number = select(func.count()).select_from(hits).scalar_subquery()
        keys = [hits.c.key.nulls_last(), hits.c.application_id]
        if self.descending:
            keys = [hits.c.key.desc().nulls_last(), hits.c.application_id.desc()]
        page = select(hits.c.application_id).order_by(*keys).offset(offset).limit(limit).scalar_subquery()
        ids = func.array(page).label("ids")
        total, found = self.session.execute(select(number, ids)).one()
        return total, found

    def many(self, offset: int, limit: int) -> list[UUID]:
        """Look at each line in turn: where a search finds nearly everything, a page is soon full."""
        holds = (
            select(has_words(ApplicationWords.words, self.wish.search))
            .where(ApplicationWords.application_id == Line.application_id)
            .scalar_subquery()
        )
        found = select(Line.application_id).where(*_conditions(self.edition_id, self.wish), holds)
        if self.order.sort not in CODES:
            return self._page(_key(self.order), found, offset=offset, limit=limit)
        ids: list[UUID] = []
        for code in self._codes(self._counts(select(Line.application_id))):
            if len(ids) < offset + limit:
                here = found.where(CODES[self.order.sort] == code)
                ids += self._page(None, here, offset=0, limit=offset + limit - len(ids))
        return ids[offset:]

    def _by_code(self, found: Select[UUID], offset: int, limit: int) -> tuple[int, list[UUID]]:
        """Go through the codes in the order of their names, skip those before the page, read those it lies in."""
        counts = self._counts(found)
        ids: list[UUID] = []
        for code in self._codes(counts):
            if len(ids) == limit:
                break
            if offset >= counts[code]:
                offset -= counts[code]
                continue
            here = found.where(CODES[self.order.sort] == code)
            ids += self._page(None, here, offset=offset, limit=limit - len(ids), total=counts[code])
            offset = 0
        return sum(counts.values()), ids

    def _counts(self, found: Select[UUID]) -> dict[str, int]:
        code = CODES[self.order.sort]
        counts = (
            found.with_only_columns(code, func.count(), maintain_column_froms=True)
            .where(*_conditions(self.edition_id, self.wish))
            .group_by(code)
        )
        return dict(self.session.execute(counts).all())

    def _codes(self, counts: Mapping[str, int]) -> list[str]:
        places = {code: place for place, code in enumerate(self.order.codes)}
        known = sorted((code for code in counts if code in places), key=places.__getitem__, reverse=self.descending)
        return [*known, *sorted(counts.keys() - places.keys())]

    def _code_place(self) -> ColumnElement[Any]:
        return func.array_position(literal(list(self.order.codes), ARRAY(String)), CODES[self.order.sort])

    def _page(
        self,
        key: ColumnElement[Any] | None,
        found: Select[UUID],
        *,
        offset: int,
        limit: int,
        total: int | None = None,
    ) -> list[UUID]:
        """Walk to a page by ``key``, and where its values are the same by the ids; from the nearer end."""
        back = total is not None and offset > total // 2
        if back and total is not None:
            limit = max(0, min(limit, total - offset))
            offset = max(0, total - offset - limit)
        down = self.descending != back
        keys = [Line.application_id.expression] if key is None else [key, Line.application_id.expression]
        ordered = found.order_by(*((one.desc() if down else one.asc()) for one in keys))
        ids = list(self.session.execute(ordered.offset(offset).limit(limit)).scalars())
        return ids[::-1] if back else ids
