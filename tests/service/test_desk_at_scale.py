"""No page of the desk reads a table that grows from its first row to its last: EXPLAIN over what each asks."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

import psycopg
import pytest
from sqlalchemy import event, select, text

from bench.grown import Grown, grow
from services.registration.app import BLUEPRINTS
from services.registration.queries.lines import Order, Wish, application_page
from shared.database import Database
from shared.schema.registration import Application, Edition
from tests.support.houses import house
from tests.support.registration import make_edition
from tests.support.web import app_of, person_called, signed_in_as

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GROWING: Final = {
    "application", "application_line", "application_words", "decision", "offer", "enrolment", "bulk_item", "person",
    "fact", "entry", "delivery", "download",
}  # fmt: skip
LIST: Final = "/desk/e/grown/applications"
PAGES: Final = (
    "/desk",
    *(f"{LIST}?sort={sort}" for sort in ("name", "-organisation", "country", "language", "-state", "submitted_at")),
    *(f"{LIST}?decision={value}" for value in ("none", "proposed:accept", "released:decline", "offer:accepted")),
    *(f"{LIST}?q={words}" for words in ("quetzaltenango", "networks", "diop+nunez", "li")),
    f"{LIST}?state=withdrawn&country=SN&language=fr&q=union&sort=name",
    f"{LIST}?page=12",
    "/desk/e/grown/decisions",
    "/desk/e/grown/decisions?page=3",
    "/desk/outbox",
)
COUNT: Final = 600


class Asked:
    """The statements that a database was asked, with their parameters."""

    def __init__(self, database: Database) -> None:
        self.statements: dict[str, Any] = {}
        event.listen(database.engine, "before_cursor_execute", self._note)
        self._database = database

    def _note(self, _connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            self.statements[statement] = parameters

    def scanned(self, owner: Database) -> dict[str, set[str]]:
        """Return the tables that grow and that a statement reads whole, though PostgreSQL would rather not."""
        found = {}
        with owner.engine.connect() as connection:
            connection.exec_driver_sql("SET enable_seqscan = off")
            for statement, parameters in self.statements.items():
                try:
                    plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalar_one()
                except psycopg.Error as wrong:
                    raise AssertionError(statement) from wrong
                scanned = set(_scanned(plan if isinstance(plan, list) else json.loads(plan))) & GROWING
                if scanned:
                    found[re.sub(r"\s+", " ", statement)[:300]] = scanned
        return found


def _scanned(plan: Any) -> Iterator[str]:
    if isinstance(plan, list):
        for one in plan:
            yield from _scanned(one)
    elif isinstance(plan, dict):
        if plan.get("Node Type") == "Seq Scan":
            yield plan["Relation Name"]
        for inner in plan.values():
            yield from _scanned(inner)


@pytest.fixture
def owner(owner_url: str, registration_database: Database) -> Iterator[Database]:
    del registration_database  # it empties the tables first
    database = Database(owner_url, pool_size=1)
    yield database
    database.dispose()


@pytest.fixture
def grown(owner: Database, registration_database: Database) -> Grown:
    edition_id = make_edition(registration_database, slug="grown", capacity=10 * COUNT)
    staff_id = person_called(registration_database, "Otto", roles=["organiser"])
    return grow(owner, edition_id=edition_id, staff_id=staff_id, count=COUNT, seconds=100)


def test_no_desk_page_of_registration_reads_a_growing_table_whole(
    owner: Database, registration_database: Database, grown: Grown
) -> None:
    app = app_of(*BLUEPRINTS, database=registration_database)
    desk = signed_in_as(
        app, registration_database, person_called(registration_database, "Odile", roles=["organiser"]), means="staff"
    )
    asked = Asked(registration_database)
    for page in (*PAGES, f"{LIST}/{grown.application_id}"):
        answer = desk.get(page)
        assert answer.status_code == 200, page
    assert len(asked.statements) > len(PAGES)
    assert asked.scanned(owner) == {}


@pytest.mark.usefixtures("grown")
def test_a_growing_table_that_is_read_whole_is_noticed(owner: Database, registration_database: Database) -> None:
    asked = Asked(registration_database)
    with registration_database.reading() as session:
        session.execute(text("SELECT count(*) FROM registration.application WHERE organisation = 'x'"))
    assert list(asked.scanned(owner).values()) == [{"application"}]


def test_no_desk_page_of_mail_and_materials_reads_a_growing_table_whole(
    owner: Database, databases: dict[str, Database], tmp_path: Path, grown: Grown
) -> None:
    campaign = f"/desk/mail/e/grown/campaigns/{grown.campaign_id}"
    paths = {
        "notifications": (
            "/desk/mail/e/grown/campaigns",
            campaign,
            f"{campaign}/deliveries",
            f"{campaign}/deliveries?state=failed&q=diop&page=2",
        ),
        "materials": ("/desk/materials",),
    }
    odile = person_called(databases["registration"], "Odile", roles=["organiser"])
    for service, pages in paths.items():
        app = house(service, databases, tmp_path)
        desk = signed_in_as(app, databases["registration"], odile, means="staff")
        asked = Asked(databases[service])
        for page in pages:
            answer = desk.get(page)
            assert answer.status_code == 200, page
        assert asked.scanned(owner) == {}


def test_every_page_of_every_order_shows_each_application_once(registration_database: Database, grown: Grown) -> None:

    with registration_database.reading() as session:
        edition_id = session.execute(select(Edition.id).where(Edition.slug == "grown")).scalar_one()
        everybody = set(session.execute(select(Application.id).where(Application.edition_id == edition_id)).scalars())
        for sort, codes in (("name", ()), ("country", ("SN", "BF", "BR", "FR")), ("submitted_at", ())):
            for descending in (False, True):
                for language in ("en", "es", "ar"):
                    seen = []
                    for offset in range(0, COUNT + 70, 70):
                        page = application_page(
                            session, edition_id=edition_id, wish=Wish(), order=Order(sort, language, codes),
                            descending=descending, offset=offset, limit=70,
                        )  # fmt: skip
                        assert page.count.number == COUNT
                        seen += [row.id for row in page.rows]
                    assert len(seen) == COUNT
                    assert set(seen) == everybody
    assert grown.application_id in everybody
