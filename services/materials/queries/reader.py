"""The pages of a work as they are read, and where a person is in it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from services.materials.rules.parts import Part, Weight
from shared.schema.materials.files import StoredFile
from shared.schema.materials.making import Page
from shared.schema.materials.reading import Reading


@dataclass(frozen=True)
class PageShown:
    """A page of a file. ``lines`` are ``[left, top, width, height, text]`` in thousandths of the page.

    ``width`` and ``height`` are the picture's, in pixels; None where there is none.
    """

    number: int
    label: str
    text: str
    lines: Sequence[Sequence[Any]]
    width: int | None
    height: int | None


@dataclass(frozen=True)
class Picture:
    """The picture of a page in the store."""

    sha256: str
    size: int
    modified_at: datetime


@dataclass(frozen=True)
class Place:
    """Where a person is in a work. ``known_at``: what came since is new to her."""

    known_at: datetime
    language: str | None
    page: int | None


def page_at(session: Session, *, sha256: str, number: int) -> PageShown | None:
    """Return a page, or None when the file has no such page."""
    row = session.execute(
        select(Page.number, Page.label, Page.text, Page.lines, Page.width, Page.height).where(
            Page.sha256 == sha256, Page.number == number
        )
    ).first()
    return None if row is None else PageShown(*row)


def pages_in(session: Session, *, sha256: str) -> int:
    """Return how many pages of a file can be read by now."""
    return session.scalar(select(func.count()).select_from(Page).where(Page.sha256 == sha256)) or 0


def labels_in(session: Session, *, sha256: str) -> list[tuple[int, str]]:
    """Return the pages of a file with what is printed on each."""
    rows = session.execute(select(Page.number, Page.label).where(Page.sha256 == sha256).order_by(Page.number))
    return [(number, label) for number, label in rows]


def texts_in(session: Session, *, sha256: str, part: Part) -> list[tuple[int, str]]:
    """Return what is written on each sheet of a part."""
    rows = session.execute(select(Page.number, Page.text).where(*_within(sha256, part)).order_by(Page.number))
    return [(number, text) for number, text in rows]


def weight_of(session: Session, *, sha256: str, part: Part) -> Weight:
    """Return what a part weighs on the way."""
    text, pictures, sheets = session.execute(
        select(
            func.coalesce(func.sum(func.octet_length(Page.text)), 0),
            func.coalesce(func.sum(StoredFile.size), 0),
            func.count(),
        )
        .outerjoin(StoredFile, StoredFile.sha256 == Page.image)
        .where(*_within(sha256, part))
    ).one()
    return Weight(int(text), int(pictures), sheets)


def _within(sha256: str, part: Part) -> tuple[ColumnElement[bool], ...]:
    return Page.sha256 == sha256, Page.number >= part.first, Page.number <= part.last


def picture_of(session: Session, *, sha256: str, number: int, small: bool) -> Picture | None:
    """Return the picture of a page of a file, or the small one; None when there is none."""
    which = Page.small if small else Page.image
    row = session.execute(
        select(StoredFile.sha256, StoredFile.size, StoredFile.modified_at)
        .join(Page, which == StoredFile.sha256)
        .where(Page.sha256 == sha256, Page.number == number)
    ).first()
    return None if row is None else Picture(*row)


def covers_among(session: Session, files: Collection[str]) -> set[str]:
    """Return those of ``files`` whose first page has a picture."""
    wanted = select(Page.sha256).where(Page.sha256.in_(files), Page.number == 1, Page.small.is_not(None))
    return set(session.scalars(wanted))


def place_of(session: Session, *, person_id: UUID | None, publication_id: UUID) -> Place | None:
    """Return where a person is in a work, or None when she never looked at it."""
    if person_id is None:
        return None
    row = session.execute(
        select(Reading.known_at, Reading.language, Reading.page).where(
            Reading.person_id == person_id, Reading.publication_id == publication_id
        )
    ).first()
    return None if row is None else Place(*row)
