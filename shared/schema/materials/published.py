"""What others may know of the library: who may open what, who has it, and what it is called."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, and_, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from shared.schema.base import Published

Moment: TypeAlias = datetime | BindParameter[datetime]


class Openable(Published):
    """A publication that a person may open by a shelf, while the shelf is open; see :func:`may_open`.

    ``person_id`` is NULL where anybody may. Several shelves that hold a publication for a person are several rows.
    """

    __tablename__ = "openable"
    __table_args__ = ({"schema": "materials"},)

    person_id: Mapped[UUID | None] = mapped_column(primary_key=True)
    publication_id: Mapped[UUID] = mapped_column(primary_key=True)
    shelf_id: Mapped[UUID] = mapped_column(primary_key=True)
    edition_id: Mapped[UUID | None]
    rule: Mapped[str]
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]


def is_open(*, at: Moment) -> ColumnElement[bool]:
    """Return the rows of :class:`Openable` whose shelf is open at that moment.

    A shelf opens at ``opens_at``, and from ``closes_at`` on nothing on it may be opened.
    """
    return and_(
        or_(Openable.opens_at.is_(None), Openable.opens_at <= at),
        or_(Openable.closes_at.is_(None), Openable.closes_at > at),
    )


def may_open(person_id: UUID | BindParameter[UUID] | None, *, at: Moment) -> ColumnElement[bool]:
    """Return the rows of :class:`Openable` that let the person (None: anybody) open the publication then."""
    return and_(or_(Openable.person_id == person_id, Openable.person_id.is_(None)), is_open(at=at))


def is_open_to(person_id: ColumnElement[UUID], *, publication_id: UUID, at: Moment) -> ColumnElement[bool]:
    """Return whether each of many people may open the publication at that moment: one look at it, not one each."""
    of_it = select(Openable.person_id).where(Openable.publication_id == publication_id, is_open(at=at))
    personally = person_id.in_(of_it.where(Openable.person_id.is_not(None)))
    return or_(personally, of_it.where(Openable.person_id.is_(None)).exists())


class Downloaded(Published):
    """A person fetched a rendition of a publication, in any release."""

    __tablename__ = "downloaded"
    __table_args__ = ({"schema": "materials"},)

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    publication_id: Mapped[UUID]
    rendition_id: Mapped[UUID] = mapped_column(primary_key=True)
    last_at: Mapped[datetime]


class NewestCopy(Published):
    """A whole work in one language and format, in its newest published release. Who may open it is another matter."""

    __tablename__ = "newest_copy"
    __table_args__ = ({"schema": "materials"},)

    publication_id: Mapped[UUID]
    slug: Mapped[str]
    title: Mapped[str]
    language: Mapped[str]
    rendition_id: Mapped[UUID] = mapped_column(primary_key=True)
    format: Mapped[str]
    filename: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]


class CatalogueEntry(Published):
    """A publication by its titles, ``{language: text}``, and the editions on whose shelves it stands."""

    __tablename__ = "catalogue"
    __table_args__ = ({"schema": "materials"},)

    publication_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    titles: Mapped[dict[str, Any]]
    edition_id: Mapped[UUID | None]
    created_at: Mapped[datetime]
    shelved_for: Mapped[list[UUID]]


class Shelving(Published):
    """A publication, how many of its releases are drafts, and whether anybody could come upon it."""

    __tablename__ = "shelving"
    __table_args__ = ({"schema": "materials"},)

    publication_id: Mapped[UUID] = mapped_column(primary_key=True)
    edition_id: Mapped[UUID | None]
    drafts: Mapped[int]
    is_published: Mapped[bool]
    is_shelved: Mapped[bool]
