"""Reading what happened: the history of any subject, as its pages show it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Integer, Select, Uuid, any_, bindparam, select, union_all
from sqlalchemy.orm import Session

from shared.schema.outbox.entries import FactRow
from shared.schema.people.published import Addressable

MOST: Final = 500
"""How much of a history is shown; the newest come first."""


@dataclass(frozen=True)
class Past:
    """One thing that happened, with the name of who did it; the name is empty for the clock and for who is gone."""

    noun: str
    subject_id: UUID | None
    person_id: UUID | None
    before: str | None
    after: str | None
    at: datetime
    by_id: UUID | None
    by: str
    why: str
    details: dict[str, Any]
    name: str
    """The fact that others heard; empty where none did."""


def newest_where(*conditions: ColumnElement[bool]) -> Select[Any]:
    """Return the query of what happened where one of ``conditions`` holds, newest first, at most ``most`` of it.

    No two of them may hold for the same row. Each is looked up by itself, so that an index which knows the order can
    stop after ``most``. Make it once: putting it together takes longer than running it.
    """
    most = bindparam("most", type_=Integer)
    newest = [
        select(
            FactRow.id,
            FactRow.noun,
            FactRow.subject_id,
            FactRow.person_id,
            FactRow.before,
            FactRow.after,
            FactRow.at,
            FactRow.by.label("by"),
            FactRow.why,
            FactRow.details,
            FactRow.name,
        )
        .where(condition)
        .order_by(FactRow.at.desc(), FactRow.id.desc())
        .limit(most)
        for condition in conditions
    ]
    found = union_all(*newest).subquery()
    return select(found).order_by(found.c.at.desc(), found.c.id.desc()).limit(most)


_OF_SUBJECTS: Final = newest_where(FactRow.subject_id == any_(bindparam("subject_ids", type_=ARRAY(Uuid))))


def past_of(session: Session, subject_ids: Collection[UUID]) -> list[Past]:
    """Return what happened to these subjects, newest first."""
    return past(session, _OF_SUBJECTS, {"subject_ids": list(subject_ids)})


def past(
    session: Session, newest: Select[Any], about: Mapping[str, object], *, most: int = MOST, names: bool = True
) -> list[Past]:
    """Return what ``newest``, made by :func:`newest_where`, finds ``about`` somebody or something.

    Few people do much: ``names`` are asked for once each, and not once for every line, or not at all.
    """
    rows = session.connection().execute(newest, {**about, "most": most}).all()
    known = _names_of(session, {row.by for row in rows if row.by is not None}) if names else {}
    return [
        Past(
            noun=row.noun,
            subject_id=row.subject_id,
            person_id=row.person_id,
            before=row.before,
            after=row.after,
            at=row.at,
            by_id=row.by,
            by=known.get(row.by, ""),
            why=row.why,
            details=row.details,
            name=row.name,
        )
        for row in rows
    ]


_NAMES: Final = select(Addressable.id, Addressable.name).where(
    Addressable.id == any_(bindparam("ids", type_=ARRAY(Uuid)))
)


def _names_of(session: Session, people: Collection[UUID]) -> dict[UUID, str]:
    if not people:
        return {}
    return dict(session.connection().execute(_NAMES, {"ids": list(people)}).all())
