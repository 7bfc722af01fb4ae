"""What librarians type is looked at before it is kept: dates, licences, and the times of shelves."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from services.materials.actions.shelves import put_up_shelf
from services.materials.errors import ShelfNeverOpen
from services.materials.routes.api.payloads import NewPublication, NewRelease, Placing
from shared.deeds import Deed
from shared.schema.materials.shelves import Shelf
from shared.words.languages import zone_of
from shared.words.wall_clock import Unreadable
from tests.service.materials.test_desk import app, draft_of, send

if TYPE_CHECKING:
    from uuid import UUID

    from shared.database import Database
    from tests.support.web import Browser

__all__ = ["app"]  # a fixture: its desk takes small files only


@pytest.mark.parametrize("dated", ["2011-13-45", "2011-02-30", "2011-00", "20111024", "0000", "soon"])
def test_a_date_that_no_calendar_has_is_refused(dated: str) -> None:
    with pytest.raises(ValidationError, match="real date"):
        NewRelease(version="1", dated=dated)


@pytest.mark.parametrize(
    ("typed", "dated"), [("٢٠١١", "2011"), ("۲۰۱۱-۱۰", "2011-10"), ("2012-02-29", "2012-02-29"), ("2011", "2011")]
)
def test_a_date_is_kept_as_programs_read_it_whatever_its_digits(typed: str, dated: str) -> None:
    assert NewRelease(version="1", dated=typed).dated == dated


@pytest.mark.parametrize("licence", ["not-a-licence", "CC BY 4.0", "CC-BY-4.1", "MIT AND", "(MIT"])
def test_a_licence_that_nobody_knows_is_refused(licence: str) -> None:
    with pytest.raises(ValidationError, match=r"such as CC-BY-4\.0"):
        NewPublication(slug="x", version="1", title_en="X", licence=licence)


@pytest.mark.parametrize(
    ("typed", "licence"),
    [("cc-by-4.0", "CC-BY-4.0"), ("CC-BY-SA-3.0 or gpl-3.0-only", "CC-BY-SA-3.0 OR GPL-3.0-only"), ("", "")],
)
def test_a_licence_is_kept_as_spdx_writes_it(typed: str, licence: str) -> None:
    assert NewPublication(slug="x", version="1", title_en="X", licence=typed).licence == licence


def test_a_shelf_does_not_close_before_it_opens_whoever_puts_it_up(materials_database: Database) -> None:
    with pytest.raises(ShelfNeverOpen), materials_database.transaction() as session:
        put_up_shelf(
            session, edition_id=None, names={}, rule="public", deed=Deed(None, datetime(2026, 1, 1, tzinfo=UTC)),
            opens_at=datetime(2026, 3, 2, tzinfo=UTC), closes_at=datetime(2026, 3, 1, tzinfo=UTC),
        )  # fmt: skip


def test_a_time_that_clocks_skip_opens_no_shelf() -> None:
    with pytest.raises(Unreadable):
        Placing(opens_at="2027-03-28T02:30").times(zone_of("Europe/Rome"))


def test_the_times_of_a_shelf_are_typed_in_the_zone_of_its_edition(
    librarian: Browser, materials_database: Database, edition: UUID
) -> None:
    draft_of(librarian, edition)
    page = "/desk/materials/p/sse-reader"
    assert "time. A date alone means the end of that day." in librarian.get(page).text
    shelving = {"name": "All", "rule": "accepted", "opens_at": "2027-01-01T09:00", "closes_at": "2027-01-31"}
    assert send(librarian, page, f"{page}/shelves", **shelving).status_code == 303
    with materials_database.reading() as session:
        shelf = session.scalars(select(Shelf)).one()
    assert shelf.opens_at is not None
    assert shelf.closes_at is not None
    assert (shelf.opens_at.astimezone(UTC).hour, shelf.closes_at.astimezone(UTC).isoformat()) == (
        14, "2027-02-01T04:59:59+00:00",
    )  # fmt: skip
    assert "9:00" in librarian.get(page).text
